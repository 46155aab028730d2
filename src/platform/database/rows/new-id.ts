import { randomFillSync } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** Drawn for some 80 ids at once: 8 at a time, as uuidv7 draws them itself, is most of what an id costs. */
const numbers = new Uint32Array(256);
let next = numbers.length;

const generator = new V7Generator({
  nextUint32() {
    if (next === numbers.length) {
      randomFillSync(numbers);
      next = 0;
    }
    return numbers[next++] as number;
  },
});

/** A UUIDv7: later ones of this process sort behind earlier ones (unless its clock is set back), so that an index grows at its end. */
export function newId(): string {
  return generator.generate().toString();
}

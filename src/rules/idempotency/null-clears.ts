const CLEARS = 'idempotency:null-clears';

/**
 * On a field of an input: null clears what is stored, so a repeated call has to send it again. On all other fields null
 * means what leaving them out means, and a repeated call may do either.
 */
export const NullClears = (): PropertyDecorator => Reflect.metadata(CLEARS, true);

/** Whether null means something of its own, in this field of an input. */
export function clearsByNull(input: object, field: string): boolean {
  return Reflect.hasMetadata(CLEARS, input, field);
}

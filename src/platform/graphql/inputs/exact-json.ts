/** What a text of JSON says and the value that JavaScript reads from it would not. */
export interface Loss {
  /** The keys, and places in lists, that lead there. */
  readonly path: readonly (string | number)[];
  readonly said: string;
}

/** An object or array that the reader is in. */
interface Frame {
  /** Of an object: those read so far. */
  readonly keys?: Set<string>;
  /** Where in it the reader is: a key, or a place. */
  at: string | number;
  awaitsKey: boolean;
}

export const INEXACT = 'is a number that JavaScript cannot hold: send it as a string';
/** So many digits a double always keeps, where the exponent is a common one. */
const ALWAYS_KEPT = 15;

const BACKSLASH = 0x5c;

/**
 * The first thing that reading a text by JSON.parse would lose: of a key that is there twice the first value, of a number
 * the digits that a double has no room for. A loop and no recursion, however deep the text is.
 *
 * @param text JSON.parse has read it, so it is JSON
 */
export function lossOf(text: string): Loss | undefined {
  const frames: Frame[] = [];
  const lost = (said: string): Loss => ({ path: frames.map(({ at }) => at), said });
  for (let at = 0; at < text.length; at++) {
    const frame = frames.at(-1);
    const sign = text.charAt(at);
    if (sign === '"') {
      const end = endOfString(text, at);
      if (frame?.awaitsKey) {
        frame.at = textOf(text.slice(at, end + 1));
        frame.awaitsKey = false;
        if (frame.keys?.has(frame.at)) return lost('is there twice');
        frame.keys?.add(frame.at);
      }
      at = end;
    } else if (sign === '{') frames.push({ keys: new Set(), at: '', awaitsKey: true });
    else if (sign === '[') frames.push({ at: 0, awaitsKey: false });
    else if (sign === '}' || sign === ']') frames.pop();
    else if (sign === ',') advance(frame);
    else if (sign === '-' || (sign >= '0' && sign <= '9')) {
      const end = endOfNumber(text, at);
      if (!isExact(text.slice(at, end))) return lost(INEXACT);
      at = end - 1;
    }
  }
  return undefined;
}

/** Whether a double holds this number of JSON or GraphQL to its last digit, so that it would be written as the same one. */
export function isExact(number: string): boolean {
  if (number.length <= ALWAYS_KEPT && !/e/i.test(number)) return true;
  const read = Number(number);
  return Number.isFinite(read) && plain(number) === plain(String(read));
}

function advance(frame: Frame | undefined): void {
  if (typeof frame?.at === 'number') frame.at++;
  else if (frame) frame.awaitsKey = true;
}

/** Where the string that begins at a quote has its other one: not behind an odd number of backslashes. */
function endOfString(text: string, start: number): number {
  let end = start;
  for (let slashes = 1; slashes % 2 === 1;) {
    end = text.indexOf('"', end + 1);
    for (slashes = 0; text.charCodeAt(end - 1 - slashes) === BACKSLASH;) slashes++;
  }
  return end;
}

function textOf(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

/** Behind the digits, signs, point and exponent. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && !/[\s,\]}]/.test(text.charAt(end))) end++;
  return end;
}

/** One spelling for all of a number: -1.50, -15e-1 and -0.15E+1 are -15e-1. By loops: a body may be one long number. */
function plain(number: string): string {
  const [mantissa = '', exponent = '0'] = number.toLowerCase().split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const digits = whole + fraction;
  let from = 0;
  let to = digits.length;
  while (digits[from] === '0') from++;
  while (to > from && digits[to - 1] === '0') to--;
  if (from === to) return '0';
  return `${sign}${digits.slice(from, to)}e${Number(exponent) - fraction.length + digits.length - to}`;
}

/** What graphql-js says of an input, and what we say: the same of a literal, of a variable, and of REST. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/ of (required )?type "[^"]*" (was not provided|is required)|^Argument "\w+" .* not provided/, 'is required'],
  [/ is not defined by type "/, 'is not a field of this input'],
  [/^Unknown argument "/, 'is not an argument of this field'],
  [/ must not be null\.$| not to be null\.$|^Expected value of type "[^"]*", found null\.$/, 'must not be null'],
  [/^Int cannot represent non 32-bit/, 'must be a whole number of at most 32 bits'],
  [/^Int cannot represent/, 'must be a whole number'],
  [/^String cannot represent/, 'must be a string'],
  [/^ID cannot represent/, 'must be an id (a UUID)'],
  [/^Boolean cannot represent/, 'must be true or false'],
  [/^Enum "(\w+)" cannot represent/, 'must be a value of $1'],
  [/^Value "[\s\S]*" does not exist in "(\w+)" enum/, 'must be a value of $1'],
  [/^Expected (value of )?type "JSONObject!?"|^JSONObject cannot represent/, 'must be a JSON object'],
  [/^Expected (value of )?type "/, 'must be an object'],
  [/^Argument "\w+" has invalid value/, 'has an invalid value'],
  [/^There can be only one /, 'must be given once'],
];

/** Names of the schema, quoted. */
const HINT = /^ Did you mean [a-z ]*"[@\w]+( \{ \.\.\. \})?"(,? (or )?"\w+")*\?$/;

/** Of an input, nothing else comes with a hint: what looks like one is the value. */
const HINTED = /^(Field|Unknown argument|Enum|Value) "/;

/**
 * What is wrong with a field, without its value, which may be patient data or a password: graphql-js quotes it. A hint
 * at a name of the schema stays.
 */
export function inPlainWords(reason: string): string {
  const [said, hint] = apart(reason);
  const words = wordsFor(said) ?? unquoted(said);
  return hint && HINTED.test(said) ? `${words.replace(/\.$/, '')}.${hint}` : words;
}

/** The field that is missing or unknown: graphql-js tells of it at the object that lacks or has it. */
export function fieldNamedIn(reason: string): string | undefined {
  return /^Field "(?:\w+\.)?([^"]{1,100})" (?:of required type|is not defined by type) "/.exec(reason)?.[1];
}

/** Without the hint at names that the client may have meant. */
export function withoutHint(message: string): string {
  return apart(message)[0];
}

function wordsFor(said: string): string | undefined {
  for (const [pattern, words] of WORDS) {
    const found = pattern.exec(said);
    if (found) return words.replace('$1', found[1] ?? '');
  }
  return undefined;
}

function apart(message: string): [said: string, hint: string] {
  const at = message.lastIndexOf(' Did you mean ');
  return at >= 0 && HINT.test(message.slice(at)) ? [message.slice(0, at), message.slice(at)] : [message, ''];
}

/** Where graphql-js and its scalars put a value, it comes last; but for enums, and there nothing is escaped. */
export function unquoted(text: string): string {
  return text
    .replace(/Value "[\s\S]*" does not exist in/, 'Value (not shown) does not exist in')
    .replace(/(value: |has invalid value )[\s\S]*$/, '$1(not shown)')
    .replace(/, found [\s\S]*$/, '')
    .replace(/(Unexpected \w+) "[\s\S]*$/, '$1')
    .slice(0, 500);
}

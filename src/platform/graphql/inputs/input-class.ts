type Form = (value: unknown) => unknown;

/** The forms of a class's fields, and of the fields that it inherits, under its prototype. */
const forms = new WeakMap<object, ReadonlyMap<string, Form>>();
const NONE: ReadonlyMap<string, Form> = new Map();

/** Brings a field that is sent into the one form in which it is checked and kept. */
export const Normal =
  (form: Form): PropertyDecorator =>
  (prototype, property) => {
    forms.set(prototype, new Map([...formsOf(prototype), [property as string, form]]));
  };

/** As `Normal`, where a text is sent; what is none is left to the checks. */
export const NormalText = (form: (text: string) => unknown): PropertyDecorator =>
  Normal((value) => (typeof value === 'string' ? form(value) : value));

/**
 * What was sent, of fields that the class knows, as an instance of it, so that its checks apply. Values are handed on, not
 * copied: inside them a key may have any name. class-transformer would leave out every `constructor` and `__proto__`, and
 * what is called as a method is, such as `toString`.
 */
export function inputOf<Input extends object>(type: new () => Input, sent: object): Input {
  const input = new type();
  const normal = formsOf(type.prototype as object);
  for (const [name, value] of Object.entries(sent) as [keyof Input & string, unknown][]) {
    const form = normal.get(name);
    input[name] = (form ? form(value) : value) as Input[typeof name];
  }
  return input;
}

function formsOf(prototype: object): ReadonlyMap<string, Form> {
  const above = Object.getPrototypeOf(prototype) as object | null;
  return forms.get(prototype) ?? (above ? formsOf(above) : NONE);
}

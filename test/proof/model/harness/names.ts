import { randomUUID } from 'node:crypto';

/** Which id, or token, a name of the model has in the real world. */
export class Names {
  private readonly realOf = new Map<string, string>();
  private readonly nameOf = new Map<string, string>();

  bind(name: string, real: string): void {
    this.realOf.set(name, real);
    this.nameOf.set(real, name);
  }

  /** A name without an id gets one that nobody has: what a caller sends who guesses. */
  real(name: string): string {
    const known = this.realOf.get(name);
    if (known !== undefined) return known;
    const made = randomUUID();
    this.bind(name, made);
    return made;
  }

  isBound(name: string): boolean {
    return this.realOf.has(name);
  }

  /** The same value with every name replaced by what it stands for. */
  toReal(value: unknown): unknown {
    return mapped(value, (text) => (text.startsWith('@') ? this.real(text) : text));
  }

  /** The same value with every known id replaced by its name. */
  toNames(value: unknown): unknown {
    return mapped(value, (text) => this.nameOf.get(text) ?? text);
  }
}

function mapped(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, change));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapped(item, change)]));
}

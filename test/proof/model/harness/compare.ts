import { SOMETHING, type AnyOrder } from '../model/verdict.ts';
import type { Names } from './names.ts';

/**
 * Holds an answer, as it came, against what the model expects: every field that the model names, and no other. A name
 * that has no id yet takes the one that the answer has in its place.
 *
 * @returns what differs, in words; undefined where nothing does
 */
export function difference(expected: unknown, actual: unknown, names: Names, path = ''): string | undefined {
  if (expected === SOMETHING) return actual === undefined ? `${path}: nothing` : undefined;
  if (typeof expected === 'string' && expected.startsWith('@')) return differentName(expected, actual, names, path);
  if (isAnyOrder(expected)) return differentSet(expected.anyOrder, actual, names, path);
  if (Array.isArray(expected)) return differentList(expected, actual, names, path);
  if (expected !== null && typeof expected === 'object') return differentObject(expected, actual, names, path);
  return expected === actual ? undefined : told(path, expected, names.toNames(actual));
}

function differentName(expected: string, actual: unknown, names: Names, path: string): string | undefined {
  const known = names.toNames(actual);
  if (known === expected) return undefined;
  if (typeof actual !== 'string' || known !== actual || names.isBound(expected)) return told(path, expected, known);
  names.bind(expected, actual);
  return undefined;
}

function differentObject(expected: object, actual: unknown, names: Names, path: string): string | undefined {
  if (actual === null || typeof actual !== 'object') return told(path, expected, actual);
  for (const [key, value] of Object.entries(expected)) {
    const found = difference(value, (actual as Record<string, unknown>)[key], names, path ? `${path}.${key}` : key);
    if (found) return found;
  }
  return undefined;
}

function differentList(expected: readonly unknown[], actual: unknown, names: Names, path: string): string | undefined {
  if (!Array.isArray(actual) || actual.length !== expected.length) return told(path, expected, names.toNames(actual));
  for (const [index, value] of expected.entries()) {
    const found = difference(value, actual[index], names, `${path}[${index}]`);
    if (found) return found;
  }
  return undefined;
}

function differentSet(expected: readonly unknown[], actual: unknown, names: Names, path: string): string | undefined {
  if (!Array.isArray(actual) || actual.length !== expected.length) return told(path, expected, names.toNames(actual));
  const left = [...(actual as unknown[])];
  for (const value of expected) {
    const found = left.findIndex((item) => difference(value, item, names) === undefined);
    if (found < 0) return told(path, expected, names.toNames(actual));
    left.splice(found, 1);
  }
  return undefined;
}

function isAnyOrder(value: unknown): value is AnyOrder {
  return value !== null && typeof value === 'object' && 'anyOrder' in value;
}

function told(path: string, expected: unknown, actual: unknown): string {
  return `${path || 'the answer'} should be ${JSON.stringify(expected)}, and is ${JSON.stringify(actual)}`;
}

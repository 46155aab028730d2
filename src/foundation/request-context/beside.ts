/**
 * What belongs to an object for as long as that one lives, kept on the object itself. A WeakMap would do, but V8 gives up
 * its values in a full collection alone, once the map has grown old: of requests that were over long ago, these were most
 * of what it had to collect (docs/performance.md).
 */
export class Beside<Owner extends object, Value> {
  private readonly key = Symbol('beside');

  get(owner: Owner): Value | undefined {
    return (owner as Record<symbol, Value | undefined>)[this.key];
  }

  set(owner: Owner, value: Value | undefined): void {
    (owner as Record<symbol, Value | undefined>)[this.key] = value;
  }
}

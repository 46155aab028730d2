import type { ApolloServerOptions, BaseContext } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

type Caches = Required<Pick<ApolloServerOptions<BaseContext>, 'documentStore'>> & { cache: Cache<string> };

/** A parsed document takes about 75 bytes a character: 7.5 MB, for 300 queries of a usual length. */
const MOST_PARSED = 100_000;
/** For clients that send a hash in place of a query they have sent before. */
const MOST_TEXT = 1_000_000;

/**
 * What Apollo keeps of queries, whoever sent them: the login is asked for later. Its own bounds, 30 MB each, are of the
 * documents as JSON, and four times that in memory.
 */
export function boundedCaches(): Caches {
  return {
    documentStore: new Cache<DocumentNode>(MOST_PARSED, ({ loc }) => loc?.source.body.length ?? MOST_PARSED),
    cache: new Cache<string>(MOST_TEXT, (text) => text.length),
  };
}

/** Drops what was used longest ago. What is larger than all of it is not kept. */
class Cache<V extends object | string> {
  private readonly kept: LRUCache<string, V>;

  constructor(maxSize: number, sizeOf: (value: V) => number) {
    this.kept = new LRUCache({ maxSize, sizeCalculation: (value) => Math.max(1, sizeOf(value)) });
  }

  get(key: string): Promise<V | undefined> {
    return Promise.resolve(this.kept.get(key));
  }

  /** @param options ttl in seconds; without one it is kept until there is no room */
  set(key: string, value: V, options?: { ttl?: number | null }): Promise<void> {
    this.kept.set(key, value, options?.ttl ? { ttl: options.ttl * 1000 } : {});
    return Promise.resolve();
  }

  delete(key: string): Promise<boolean> {
    return Promise.resolve(this.kept.delete(key));
  }
}

/** Of a query, as the API has them unless they are set: what is over one is refused, and a refused query is a cheap one. */
export const MOST = { depth: 12, cost: 50_000, tokens: 1_000, roots: 20, aliases: 100, page: 200 };

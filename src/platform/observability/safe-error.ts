/** What a log line may hold of an unexpected error: where and what, never the values (they may be patient data). */
export function safeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { driverError, query } = error as { driverError?: object; query?: string };
  const { code, constraint, table } = (driverError ?? error) as { code?: string; constraint?: string; table?: string };
  return {
    name: error.name,
    // PostgreSQL's own words can quote a value, so for its errors the state and the statement's text stand for them
    message: driverError || isPostgresCode(code) ? `SQLSTATE ${code ?? 'unknown'}` : withoutValues(error.message),
    code,
    constraint,
    table,
    query,
    stack: error.stack
      ?.replace(error.message, '')
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    cause: error.cause ? safeError(error.cause) : undefined,
  };
}

/**
 * graphql-js, JSON.parse and others quote the value they stumble over: in quotes, or at the end. What is kept is what
 * helps to find the place; the names that JavaScript itself quotes are those of our properties.
 */
function withoutValues(message: string): string {
  return message
    .replace(/"[\s\S]*"/, '"(not shown)"')
    .replace(/(?<!\((reading|setting) )'[^']*'/g, "'(not shown)'")
    .replace(/(: | value | string |, found )[\s\S]*$/i, '$1(not shown)')
    .slice(0, 300);
}

function isPostgresCode(code: unknown): boolean {
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code);
}

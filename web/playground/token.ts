const A_JWT = /[\w-]+\.[\w-]+\.[\w-]+/;

/** The token in what somebody pasted: with quotes, with "Bearer", with the whole header or answer around it. */
export function tokenIn(pasted: string): string {
  return A_JWT.exec(pasted)?.[0] ?? pasted.trim();
}

/** When it expires; undefined if it does not tell. The server decides: this is for the eye. */
export function expiryOf(token: string): Date | undefined {
  try {
    const payload = token.split('.')[1] ?? '';
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown };
    return typeof exp === 'number' ? new Date(exp * 1000) : undefined;
  } catch {
    return undefined;
  }
}

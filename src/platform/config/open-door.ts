/** Where a server listens, and the settings that say so. */
export interface Door {
  readonly port: number;
  readonly host: string;
  readonly settings: { readonly port: string; readonly host: string };
}

/** @throws Error what the system refused to open, with the setting's name and what to do */
export async function openDoor<T>(door: Door, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const refusal = refusalOf((error as NodeJS.ErrnoException).code ?? '', door);
    throw refusal ? new Error(refusal, { cause: error }) : error;
  }
}

function refusalOf(code: string, { port, host, settings }: Door): string | undefined {
  switch (code) {
    case 'EADDRINUSE':
      return (
        `${settings.port}: something else listens on port ${port} of ${host}, perhaps an earlier start. ` +
        `End it, or set ${settings.port} to another port (0 takes a free one).`
      );
    case 'EACCES':
      return `${settings.port}: this user may not listen on port ${port}. Set ${settings.port} to 1024 or more.`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return (
        `${settings.host}: ${host} is no address of this machine. ` +
        `Set ${settings.host} to one that it has, such as localhost, or 0.0.0.0 for all of them.`
      );
    default:
      return undefined;
  }
}

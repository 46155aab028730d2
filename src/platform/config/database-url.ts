import { ValidateBy } from 'class-validator';

const PARTS = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)([^]*)$/;
const HOST = /^(\[[\da-f:.]+\]|[^\s:[\]]+)(:\d{1,5})?$/i;
const UNREADABLE = 'must be a URL: in a password # is written as %23, and likewise / ? % and @';
const WRITABLE = ['read-write', 'primary'];

/**
 * The hosts that a URL names, as libpq writes them (`postgres://me:pw@one:5432,two:5433/db?target_session_attrs=read-write`),
 * each as a URL of its own, in their order.
 */
export function hostsOf(url: string): readonly string[] {
  const [, login = '', hosts = '', rest = ''] = PARTS.exec(url) ?? [];
  return hosts.includes(',') ? hosts.split(',').map((host) => login + host + rest) : [url];
}

/** Says that a setting is such a URL, and never its value. */
export function IsDatabaseUrl(): PropertyDecorator {
  let wrong = '';
  return ValidateBy({
    name: 'isDatabaseUrl',
    validator: {
      validate: (value) => !(wrong = wrongWith(String(value))),
      defaultMessage: (given) => `${given?.property ?? ''} ${wrong}`,
    },
  });
}

function wrongWith(url: string): string {
  const [, , hosts = '', rest = ''] = PARTS.exec(url) ?? [];
  if (!/^postgres(ql)?:\/\//.test(url)) return 'must start with postgres:// or postgresql://';
  const unreadable = hostsOf(url).every(isReadable) ? '' : UNREADABLE;
  if (!hosts.includes(',')) return unreadable;
  if (!hosts.split(',').every((host) => HOST.test(host))) return 'must name several hosts as in one:5432,two:5432';
  const wanted = new URLSearchParams(rest.slice(rest.indexOf('?') + 1)).get('target_session_attrs');
  if (wanted !== null && !WRITABLE.includes(wanted)) return 'may ask for no other target_session_attrs than read-write';
  return unreadable;
}

/** As pg reads it, which takes a URL without a host. */
function isReadable(url: string): boolean {
  try {
    const { username, password, pathname } = new URL(url.replace('@/', '@localhost/'));
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}

import { ValidateBy } from 'class-validator';

const PARTS = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)([^]*)$/;
const HOST = /^(\[[\da-f:.]+\]|[^\s:[\]]+)(:\d{1,5})?$/i;
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
  if (!hosts.includes(',')) return '';
  if (!hosts.split(',').every((host) => HOST.test(host))) return 'must name several hosts as in one:5432,two:5432';
  const wanted = new URLSearchParams(rest.slice(rest.indexOf('?') + 1)).get('target_session_attrs');
  if (wanted !== null && !WRITABLE.includes(wanted)) return 'may ask for no other target_session_attrs than read-write';
  return '';
}

import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** As proxies write it (Azure, IIS): `192.0.2.7:50123`, `[2001:db8::1]:50123`. An IPv6 address with a port has brackets. */
const BRACKETS_AND_PORT = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/;
const ZONE = /%[^]*$/;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/**
 * The one address that a text tells, always in the same words: without port, brackets and zone, an IPv6 one in its shortest
 * form, an IPv4 one that was mapped as what it is. Undefined where it is none.
 */
export function addressIn(text: string | undefined): string | undefined {
  const given = (text ?? '').trim();
  const [, bracketed, dotted] = BRACKETS_AND_PORT.exec(given) ?? [];
  const bare = (bracketed ?? dotted ?? given).replace(ZONE, '');
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return undefined;
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  return MAPPED_IPV4.exec(address)?.[1] ?? address;
}

/**
 * Whom a request's address is counted for: an IPv4 address itself, and of IPv6 the first 64 bits, since whoever has one
 * address there has 2^64 of them. All that have none are counted together.
 */
export function networkOf(address: string | undefined): string {
  const plain = addressIn(address);
  if (plain === undefined || isIPv4(plain)) return plain ?? '';
  return `${groupsOf(plain).slice(0, 4).join(':')}::/64`;
}

/** The first groups of an IPv6 address with `::` written out. */
function groupsOf(address: string): string[] {
  const [before = '', after] = address.split('::');
  const head = before.split(':').filter(Boolean);
  const tail = (after ?? '').split(':').filter(Boolean);
  // an IPv4 address at the end stands for two groups; none of the first four is ever there
  const written = head.length + tail.length + (address.includes('.') ? 1 : 0);
  return after === undefined ? head : [...head, ...Array<string>(8 - written).fill('0'), ...tail];
}

import { isIPv4, isIPv6 } from 'node:net';

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const LONGEST = 64;

/**
 * Whom a request's address is counted for: an IPv4 address itself, and of IPv6 the first 64 bits, since whoever has one
 * address there has 2^64 of them.
 */
export function networkOf(address: string | undefined): string {
  const plain = (address ?? '').replace(/%.*$/, '');
  const mapped = MAPPED_IPV4.exec(plain)?.[1];
  if (mapped) return mapped;
  if (isIPv4(plain) || !isIPv6(plain)) return plain.slice(0, LONGEST);
  return `${groupsOf(plain)
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
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

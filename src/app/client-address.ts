import { BlockList, isIPv6 } from 'node:net';
import { addressIn } from '../rules/rate-limits/address.ts';

/** Networks that TRUST_PROXY may name in a word. */
const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Whether somebody is a proxy whose X-Forwarded-For is believed, by the address of a socket or in such a header. */
export type IsTrusted = (address: string | undefined) => boolean;

/** By TRUST_PROXY. Fastify would trust no address that has a port. */
export function trusting(proxies: readonly string[] | false): IsTrusted {
  const trusted = new BlockList();
  for (const network of (proxies || []).flatMap((proxy) => NAMED[proxy] ?? [proxy])) {
    const [address = '', bits] = network.split('/');
    const family = familyOf(address);
    trusted.addSubnet(address, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return (text) => {
    const address = addressIn(text);
    return address !== undefined && trusted.check(address, familyOf(address));
  };
}

/**
 * The client's address, and never anything else: what a proxy calls an address and is none counts as the proxy's own request.
 *
 * @param ips as Fastify has them: the socket's, and behind it what each trusted proxy says, up to the first who is none
 */
export function clientAddress({ ip, ips = [ip] }: { ip: string; ips?: readonly string[] }): string | undefined {
  return ips.map(addressIn).findLast((address) => address !== undefined);
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

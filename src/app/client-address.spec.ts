import { describe, expect, it } from '@jest/globals';
import { clientAddress, trusting } from './client-address.ts';

describe('given TRUST_PROXY', () => {
  it.each([
    ['loopback', ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '127.0.0.1:8080', '[::1]:8080']],
    ['linklocal', ['169.254.1.1', 'fe80::1%eth0']],
    ['uniquelocal', ['10.1.2.3', '172.16.0.1', '192.168.1.1', 'fd00::1']],
    ['192.0.2.7', ['192.0.2.7', '192.0.2.7:443']],
    ['2001:db8::/32', ['2001:db8:1::7', '[2001:0DB8::1]:443']],
  ])('when it is %s, then these are believed, and nobody else is', (proxy, believed) => {
    const isTrusted = trusting([proxy]);
    for (const address of believed) expect([address, isTrusted(address)]).toEqual([address, true]);
    for (const address of ['198.51.100.1', '172.32.0.1', '2001:db9::1', 'unknown', '', undefined])
      expect([address, isTrusted(address)]).toEqual([address, false]);
  });

  it('when it is not set, then nobody is', () => {
    expect(trusting(false)('127.0.0.1')).toBe(false);
  });
});

describe('given the addresses that a request came by', () => {
  it.each([
    [{ ip: '::ffff:192.0.2.1' }, '192.0.2.1'],
    [{ ip: '198.51.100.1:50123', ips: ['10.0.0.1', '198.51.100.1:50123'] }, '198.51.100.1'],
    [{ ip: 'unknown', ips: ['10.0.0.1', '10.0.0.2:80', 'unknown'] }, '10.0.0.2'],
    [{ ip: '9'.repeat(3_000), ips: ['10.0.0.1', '9'.repeat(3_000)] }, '10.0.0.1'],
    [{ ip: '' }, undefined],
  ])('when they are %j, then the client is %s', (request, address) => {
    expect(clientAddress(request)).toBe(address);
  });
});

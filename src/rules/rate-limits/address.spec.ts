import { describe, expect, it } from '@jest/globals';
import { addressIn, networkOf } from './address.ts';

describe('given what a socket or a proxy calls an address', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    [' 192.0.2.7 ', '192.0.2.7'],
    ['192.0.2.7:50123', '192.0.2.7'],
    ['[192.0.2.7]:50123', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:C000:0207', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:80', '192.0.2.7'],
    ['2001:0DB8:0000::0006', '2001:db8::6'],
    ['[2001:db8::6]', '2001:db8::6'],
    ['[2001:db8::6]:50123', '2001:db8::6'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%25eth0]:50123', 'fe80::1'],
    ['::1', '::1'],
  ])('when it is %s, then the address is %s', (text, address) => {
    expect(addressIn(text)).toBe(address);
  });

  it.each([
    undefined,
    '',
    'unknown',
    '_hidden',
    'localhost:80',
    '192.0.2',
    '192.0.2.256',
    '0x7f.1',
    '192.0.2.7:',
    '192.0.2.7:123456',
    '192.0.2.7, 192.0.2.8',
    '[2001:db8::6',
    '2001:db8::6]:80',
    '2001:db8::g',
    '[]:80',
    '%eth0',
    `192.0.2.7${' 0'.repeat(1_500)}`,
    '9'.repeat(3_000),
  ])('when it is %s, then it is none', (text) => {
    expect(addressIn(text)).toBeUndefined();
  });
});

describe('given the address of a request', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
    ['192.0.2.7:50123', '192.0.2.7'],
    ['[2001:db8:1:2::6]:443', '2001:db8:1:2::/64'],
    ['unknown', ''],
    [undefined, ''],
  ])('when it is %s, then it is counted for %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('when two addresses are of one IPv6 network, then they are counted together; IPv4 neighbours are not', () => {
    expect(networkOf('2001:db8:1:2::1')).toBe(networkOf('2001:db8:1:2:ffff::9'));
    expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
    expect(networkOf('192.0.2.7')).not.toBe(networkOf('192.0.2.8'));
  });
});

import { clientAddress, networkOf, trustIn } from '../../src/http/edge/client-address.js';
import { networks } from '../../src/installation/edge-settings.js';

/** The address of a request from `peer` that says who it is for. */
function addressOf(peer: string | undefined, forwardedFor?: string, trusted: readonly string[] = []) {
  const list = networks(trusted);
  if (!list) throw new Error('no networks');
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return clientAddress({ socket: { remoteAddress: peer } as never, headers }, trustIn(list));
}

const proxy = ['10.0.0.0/8', '::1'];

test.each([
  ['203.0.113.7', undefined, '203.0.113.7'],
  ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
  ['203.0.113.7', '10.0.0.1', '203.0.113.7'],
  ['::ffff:203.0.113.7', undefined, '203.0.113.7'],
  ['fe80::1%eth0', undefined, 'fe80::1'],
])('What is not trusted is what it is: %s, whatever it says (%s)', (peer, forwardedFor, expected) => {
  expect(addressOf(peer, forwardedFor, proxy)).toBe(expected);
});

test.each([
  ['10.1.2.3', '198.51.100.1', '198.51.100.1'],
  ['::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
  ['::1', '2001:db8::7', '2001:db8::7'],
  // What stands left of who is not trusted may be made up.
  ['10.1.2.3', '1.1.1.1, 2.2.2.2, 198.51.100.1', '198.51.100.1'],
  ['10.1.2.3', '1.1.1.1, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
  ['10.1.2.3', '10.0.0.2,10.0.0.3', '10.0.0.2'],
  ['10.1.2.3', '198.51.100.1:4711', '198.51.100.1'],
  ['10.1.2.3', '[2001:db8::7]:4711', '2001:db8::7'],
  ['10.1.2.3', '[2001:db8::7]', '2001:db8::7'],
  ['10.1.2.3', undefined, '10.1.2.3'],
  ['10.1.2.3', '', '10.1.2.3'],
  ['10.1.2.3', '198.51.100.1, unknown', '10.1.2.3'],
  ['10.1.2.3', '198.51.100.1, 10.0.0.2, _hidden, 10.0.0.3', '10.0.0.3'],
])('A trusted proxy %s that names "%s" speaks for %s', (peer, forwardedFor, expected) => {
  expect(addressOf(peer, forwardedFor, proxy)).toBe(expected);
});

test('Nobody is trusted by default', () => {
  expect(addressOf('127.0.0.1', '198.51.100.1')).toBe('127.0.0.1');
});

test('On the control socket there is none, but for what another version has passed on', () => {
  expect(addressOf(undefined, '198.51.100.1', proxy)).toBeUndefined();
  const passedOn = (value: string) =>
    clientAddress({ socket: {} as never, headers: { 'palimpsest-forwarded': value } }, () => false);
  expect(passedOn('198.51.100.1')).toBe('198.51.100.1');
  expect(passedOn('1')).toBeUndefined();
  expect(passedOn('unknown')).toBeUndefined();
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2::1', '2001:db8:1:2'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:DB8:0001:2:ffff::', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['64:ff9b::198.51.100.1', '64:ff9b:0:0'],
  ['1::2:3:4:5:6:7', '1:0:2:3'],
])('%s is limited as one of %s', (address, expected) => {
  expect(networkOf(address)).toBe(expected);
});

import type { IncomingMessage } from 'node:http';
import { isIP, type BlockList } from 'node:net';
import { Memory } from '../../memory.js';
import { forwardedHeader } from '../hand-over/forward.js';
import { header } from './headers.js';

/** Whether an address is that of a proxy which is believed whom it speaks for. */
type IsTrusted = (address: string) => boolean;

/**
 * The address of whoever sent a request: of the connection, or of whom a trusted proxy says that it speaks for; each proxy
 * adds whom it heard it from to `X-Forwarded-For` on the right, and what stands left of an address that is not trusted may be
 * made up. Undefined on the control socket, but for what another version has passed on.
 */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  isTrusted: IsTrusted,
): string | undefined {
  if (socket.remoteAddress === undefined) return addressIn(header(headers, forwardedHeader) ?? '');
  let address = peerAddress(socket.remoteAddress);
  const told = header(headers, 'x-forwarded-for')?.split(',') ?? [];
  while (address !== undefined && isTrusted(address)) {
    const next = addressIn(told.pop()?.trim() ?? '');
    if (next === undefined) break;
    address = next;
  }
  return address;
}

/** Addresses that are remembered: most requests come from few. */
const rememberedLimit = 1_000;

/** Whether an address is in one of these networks; a look at Node's list costs a request more than its token does. */
export function trustIn(networks: BlockList): IsTrusted {
  const remembered = new Memory<string, boolean>(rememberedLimit);
  return (address) => {
    const known = remembered.get(address);
    if (known !== undefined) return known;
    const found = networks.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
    remembered.set(address, found);
    return found;
  };
}

const peers = new Memory<string, string>(rememberedLimit);

/** The same as `addressIn` says, which takes longer than to know it. */
function peerAddress(text: string): string | undefined {
  const known = peers.get(text);
  if (known !== undefined) return known;
  const address = addressIn(text);
  if (address !== undefined) peers.set(text, address);
  return address;
}

/** An address without port, brackets and zone, one of IPv4 as such. Undefined for what is none. */
function addressIn(text: string): string | undefined {
  const [, bracketed, withPort] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  const [bare = ''] = (bracketed ?? withPort ?? text).split('%');
  const address = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(address) === 0 ? undefined : address;
}

/** Who is limited as one: an address of IPv4, or a network of IPv6 that one subscriber gets (/64, RFC 6177 §2). */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [before = '', after] = address.toLowerCase().split('::');
  const [left, right] = [groupsOf(before), groupsOf(after ?? '')];
  const zeros = after === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}

/** The last 32 bits may be written as an address of IPv4. */
function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\d+\.[\d.]+$/, '0:0').split(':');
}

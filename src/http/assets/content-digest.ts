import type { Hash } from 'node:crypto';
import { Refusal } from '../../refusal.js';
import { header, type Headers } from '../edge/headers.js';

/** What a client says that the hash of its body is (RFC 9530). */
interface SentDigest {
  readonly name: string;
  readonly algorithm: 'sha256' | 'sha512';
  readonly digest: Buffer;
}

const algorithms: Readonly<Record<string, SentDigest['algorithm']>> = {
  'sha-256': 'sha256',
  'sha-512': 'sha512',
};

/** Of algorithms that are not known nothing is said. @throws Refusal `malformed-request` */
export function digestsSent(headers: Headers): readonly SentDigest[] {
  return ['Content-Digest', 'Repr-Digest'].flatMap((name) => {
    const text = header(headers, name);
    return text === undefined ? [] : text.split(',').flatMap((member) => digestIn(name, member.trim()));
  });
}

function digestIn(name: string, member: string): readonly SentDigest[] {
  const [, key = '', value] =
    /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):(?:\s*;.*)?$/.exec(member) ?? [];
  if (value === undefined) {
    throw new Refusal('malformed-request', `${name} has to be as in sha-256=:BASE64:, not ${member}`, {
      header: name,
    });
  }
  const algorithm = algorithms[key];
  return algorithm ? [{ name, algorithm, digest: Buffer.from(value, 'base64') }] : [];
}

/** @param found hashes of what came, for each that was sent. @throws Refusal `digest-mismatch` */
export function requireDigests(sent: readonly SentDigest[], found: readonly Hash[]): void {
  for (const [index, { name, digest }] of sent.entries()) {
    if (found[index]?.digest().equals(digest)) continue;
    throw new Refusal('digest-mismatch', `what arrived is not what ${name} says: send the file again`, {
      header: name,
    });
  }
}

/** As `Repr-Digest` says it. */
export function reprDigest(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
}

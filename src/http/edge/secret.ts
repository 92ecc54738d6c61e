import { hash, randomBytes } from 'node:crypto';

/** The variable of the environment that brings an administrator's secret, and the name of its token: nobody else's. */
export const environmentToken = 'PALIMPSEST_ADMIN_TOKEN';

/** The secret of a token: 256 random bits. The prefix lets a scanner of leaked secrets know what it found. */
export function newSecret(): string {
  return `palimpsest_${randomBytes(32).toString('base64url')}`;
}

/** What is kept of a secret: its SHA-256, in hex. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

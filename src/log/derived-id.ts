import { hash } from 'node:crypto';

/**
 * A UUID of version 8 (RFC 9562 §5.8) that follows from the parts: the first 122 free bits of the SHA-256 over
 * their JSON. The same parts give the same id on every machine.
 */
export function derivedId(...parts: readonly string[]): string {
  const hex = hash('sha256', JSON.stringify(parts), 'hex');
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}

import { randomUUID } from 'node:crypto';

/**
 * A UUID of version 7 (RFC 9562 §5.7). Ids that grow with time land next to each other in an index; random ones
 * dirty a page of it each.
 */
export function timeOrderedId(nowMs: number): string {
  const high = Math.floor(nowMs / 2 ** 24);
  const time = high.toString(16).padStart(6, '0') + (nowMs % 2 ** 24).toString(16).padStart(6, '0');
  // Node draws random UUIDs in bulk; from the variant on they have the layout of this version.
  const random = randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

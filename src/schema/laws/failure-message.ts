import type { BrokenBlock } from '../conversion.js';

/** What is said of a page or block that a rung failed on. */
export function failureMessage({ type, schemaVersion, message }: BrokenBlock): string {
  return `type "${type}" did not reach schema version ${schemaVersion}: ${message}`;
}

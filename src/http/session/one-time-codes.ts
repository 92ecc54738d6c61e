import { hashSecret, newSecret } from '../edge/secret.js';
import type { Role } from '../../events/role.js';

/** How long a link is good. */
export const codeMs = 10 * 60 * 1000;

/** Nobody needs more at once; the oldest goes. */
const codesLimit = 100;

/** What a code is for that has this hash. */
export interface KeptCode {
  readonly hash: string;
  readonly role: Role;
  readonly expiresAtMs: number;
}

/**
 * Codes that the operator has asked for, each of which signs one browser in, once. Kept by their hash in the memory of the
 * process that serves, which hands them over to the one that replaces it: after a restart a new one has to be asked for.
 */
export class OneTimeCodes {
  private readonly kept = new Map<string, KeptCode>();

  /** A new code, for a token with that role in the whole site. */
  offer(role: Role, nowMs: number): { readonly code: string; readonly expiresAtMs: number } {
    const code = newSecret();
    const expiresAtMs = nowMs + codeMs;
    this.keep({ hash: hashSecret(code), role, expiresAtMs });
    return { code, expiresAtMs };
  }

  /** Those that were not taken, the oldest first. */
  get all(): readonly KeptCode[] {
    return [...this.kept.values()];
  }

  keep(code: KeptCode): void {
    this.kept.set(code.hash, code);
    const [oldest] = this.kept.keys();
    if (this.kept.size > codesLimit && oldest !== undefined) this.kept.delete(oldest);
  }

  /** What a code is for; nothing for one that was taken before, is too old, or never was. */
  take(code: string, nowMs: number): Role | undefined {
    const role = this.look(code, nowMs);
    this.kept.delete(hashSecret(code));
    return role;
  }

  /** The same, and it can still be taken. */
  look(code: string, nowMs: number): Role | undefined {
    const offered = this.kept.get(hashSecret(code));
    return offered && nowMs < offered.expiresAtMs ? offered.role : undefined;
  }
}

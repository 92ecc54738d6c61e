import type { PendingSignIn } from '../../identity/sign-in.js';
import { hashSecret } from '../edge/secret.js';

/** Somebody who is at their issuer just now. */
export interface SigningIn {
  readonly pending: PendingSignIn;
  /** The hash of the secret that the browser was given: an answer counts from no other. */
  readonly browser: string;
  /** Where to go afterwards, a path of our own; undefined: nowhere in particular. */
  readonly returnTo: string | undefined;
}

/** Anybody may begin; the oldest goes. */
const pendingLimit = 10_000;

/**
 * Sign-ins that are under way, in the memory of the process that serves, which hands them over to the one that replaces it: after a
 * restart people begin again.
 */
export class PendingSignIns {
  private readonly byState = new Map<string, SigningIn>();

  constructor(private readonly most = pendingLimit) {}

  /** The oldest first. */
  get all(): readonly SigningIn[] {
    return [...this.byState.values()];
  }

  keep(signingIn: SigningIn): void {
    this.byState.set(signingIn.pending.state, signingIn);
    const [oldest] = this.byState.keys();
    if (this.byState.size > this.most && oldest !== undefined) this.byState.delete(oldest);
  }

  /** At most once; nothing for a browser that hasn't begun it, by its secret. */
  take(state: string, browser: string | undefined): SigningIn | undefined {
    const found = this.byState.get(state);
    if (!found || browser === undefined || found.browser !== hashSecret(browser)) return undefined;
    this.byState.delete(state);
    return found;
  }
}

import type { IncomingMessage } from 'node:http';
import { networks, type EdgeSettings } from '../../installation/edge-settings.js';
import { Refusal } from '../../refusal.js';
import { clientAddress, networkOf, trustIn } from './client-address.js';
import { RateLimit } from './rate-limit.js';

/** How often requests may come: of each token, and of each address those whose token is wrong. */
export class RequestRates {
  private readonly requests: RateLimit;
  private readonly failures: RateLimit;
  private readonly signIns: RateLimit;
  private readonly isTrusted;

  /** `nowMs`: a clock that never goes back. */
  constructor(
    { requestsPerMinute, failuresPerMinute, trustedProxies }: EdgeSettings,
    private readonly nowMs: () => number,
  ) {
    this.requests = new RateLimit(requestsPerMinute);
    this.failures = new RateLimit(failuresPerMinute);
    this.signIns = new RateLimit(failuresPerMinute);
    const trusted = networks(trustedProxies);
    if (!trusted) throw new Error('the settings have a network that is none');
    this.isTrusted = trustIn(trusted);
  }

  addressOf(request: Pick<IncomingMessage, 'socket' | 'headers'>): string | undefined {
    return clientAddress(request, this.isTrusted);
  }

  /** @throws Refusal `too-many-requests` where this token has asked for too much lately */
  requireRate(token: string, weight: number): void {
    const waitMs = this.requests.take(token, weight, this.nowMs());
    if (waitMs === 0) return;
    const { perMinute } = this.requests;
    throw tooMany(
      `a token may ask for ${perMinute} a minute, where what is dear counts for several`,
      perMinute,
      waitMs,
    );
  }

  /**
   * Counts a wrong token; right ones are let in whatever else comes from their address, which they may share.
   * @throws Refusal `too-many-requests`
   */
  requireFewFailures(request: IncomingMessage): void {
    this.requireFew(this.failures, request, 'wrong tokens');
  }

  /** Counts somebody who begins to sign in, which anybody may. @throws Refusal `too-many-requests` */
  requireFewSignIns(request: IncomingMessage): void {
    this.requireFew(this.signIns, request, 'requests to sign in');
  }

  private requireFew(limit: RateLimit, request: IncomingMessage, what: string): void {
    const address = this.addressOf(request);
    if (address === undefined) return;
    const waitMs = limit.take(networkOf(address), 1, this.nowMs());
    if (waitMs === 0) return;
    const { perMinute } = limit;
    throw tooMany(`an address may send ${perMinute} ${what} a minute`, perMinute, waitMs);
  }
}

function tooMany(what: string, limit: number, waitMs: number): Refusal {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  const message = `${what}: come again in ${retryAfterSeconds} ${retryAfterSeconds === 1 ? 'second' : 'seconds'}`;
  return new Refusal('too-many-requests', message, { limit, retryAfterSeconds });
}

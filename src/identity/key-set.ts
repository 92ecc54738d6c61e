import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { addressIn, discover } from './discover.js';
import { fetchJson, IssuerTrouble } from './fetch-json.js';
import type { Issuer } from './issuer.js';

/** How long keys are used without asking whether they are still the issuer's: so long one that it has withdrawn counts. */
const freshMs = 10 * 60 * 1000;

/** How long the last ones are used while the issuer can't be asked. */
const fallbackMs = 4 * 60 * 60 * 1000;

/** How often an issuer is asked for keys that it didn't have, and again after it couldn't be asked. */
const cooldownMs = 30 * 1000;

/** The same where there are none to go on with. */
const firstCooldownMs = 5 * 1000;

/** Keys as an issuer has published them. The same object as long as it publishes the same. */
export interface Keys {
  readonly find: JWTVerifyGetKey;
}

interface Held extends Keys {
  readonly text: string;
  /** When they were asked for. */
  loadedAtMs: number;
}

export interface KeySetOptions {
  /** How long an issuer has to answer. */
  readonly timeoutMs: number;
  /** Told each time that an issuer can't be asked. */
  readonly onTrouble: (issuer: string, trouble: IssuerTrouble) => void;
}

/**
 * The keys of one issuer: fetched when they are first needed, by one request at a time, whoever waits for them. Strangers
 * can make us ask for a key that doesn't exist, and so only once in a while.
 */
export class KeySet {
  private held: Held | undefined;
  private loading: Promise<void> | undefined;
  /** When it was asked in vain; undefined when it has answered since. */
  private failedAtMs: number | undefined;
  /** When it was last asked because of a key that it hadn't published. */
  private missedAtMs = -Infinity;

  constructor(
    private readonly issuer: Issuer,
    private readonly options: KeySetOptions,
  ) {}

  /** The issuer's keys, or the last that are known; undefined when there are none. */
  async keys(nowMs: number): Promise<Keys | undefined> {
    if (this.isFresh(this.held, nowMs)) return this.held;
    if (this.loading || !this.isCoolingDown(nowMs)) {
      const isKnownToFail = this.failedAtMs !== undefined && within(nowMs, this.failedAtMs, freshMs);
      const loaded = this.load(nowMs);
      // Nobody waits for an issuer that was down a moment ago.
      if (!isKnownToFail || !this.usable(nowMs)) await loaded;
    }
    return this.usable(nowMs);
  }

  /** Those that the issuer has published since, for a token that none of `keys` fits; undefined when it has no others. */
  async newerThan(keys: Keys, nowMs: number): Promise<Keys | undefined> {
    if (this.held && this.held !== keys) return this.held;
    if (this.held && this.held.loadedAtMs >= nowMs) {
      // They were fetched for this very token.
      this.missedAtMs = Math.max(this.missedAtMs, this.held.loadedAtMs);
      return undefined;
    }
    if (!this.loading) {
      if (within(nowMs, this.missedAtMs, cooldownMs) || this.isCoolingDown(nowMs)) return undefined;
      this.missedAtMs = nowMs;
    }
    await this.load(nowMs);
    return this.held === keys ? undefined : this.held;
  }

  /** Whether what these keys have signed needs no other look: they are the issuer's, as far as was asked lately. */
  isCurrent(keys: Keys, nowMs: number): boolean {
    return keys === this.held && this.isFresh(this.held, nowMs);
  }

  private isFresh(held: Held | undefined, nowMs: number): boolean {
    return held !== undefined && within(nowMs, held.loadedAtMs, freshMs);
  }

  private usable(nowMs: number): Held | undefined {
    return this.held && within(nowMs, this.held.loadedAtMs, fallbackMs) ? this.held : undefined;
  }

  private isCoolingDown(nowMs: number): boolean {
    if (this.failedAtMs === undefined) return false;
    return within(nowMs, this.failedAtMs, this.held ? cooldownMs : firstCooldownMs);
  }

  /** Never rejects: what came of it stands in `held` and `failedAtMs`. */
  private load(nowMs: number): Promise<void> {
    return (this.loading ??= this.fetched().then(
      (next) => {
        this.loading = undefined;
        this.failedAtMs = undefined;
        if (this.held?.text === next.text) this.held.loadedAtMs = nowMs;
        else this.held = { ...next, loadedAtMs: nowMs };
      },
      (error: unknown) => {
        this.loading = undefined;
        this.failedAtMs = nowMs;
        this.options.onTrouble(this.issuer.issuer, troubleOf(error));
      },
    ));
  }

  private async fetched(): Promise<Omit<Held, 'loadedAtMs'>> {
    const signal = AbortSignal.timeout(this.options.timeoutMs);
    // It may have moved its keys, and is asked where they are each time.
    const address = this.issuer.jwksUri ?? addressIn(await discover(this.issuer, signal), 'jwks_uri');
    const set = await fetchJson(address, signal);
    // What is no key set, jose throws for.
    return { text: JSON.stringify(set), find: createLocalJWKSet(set as JSONWebKeySet) };
  }
}

/** Less than this apart, whoever was first: requests are not quite in order, and clocks are set back. */
function within(oneMs: number, otherMs: number, lengthMs: number): boolean {
  return Math.abs(oneMs - otherMs) < lengthMs;
}

function troubleOf(error: unknown): IssuerTrouble {
  return error instanceof IssuerTrouble
    ? error
    : new IssuerTrouble('the issuer answered something else than its keys', { cause: error });
}

import type { FastifyRequest } from 'fastify';
import { Refusal } from '../../refusal.js';
import type { Authentication, Principal } from './authentication.js';
import { header } from './headers.js';
import { isRead } from './is-read.js';
import type { RequestRates } from './request-rates.js';
import { readRoutes } from '../routes.js';

const weights: ReadonlyMap<string, number> = new Map(
  readRoutes.map(({ path, weight = 1 }) => [path, weight]),
);

/** What is read of another moment is looked for, and not at hand. */
const asOfFactor = 5;

/** Tells who asks, as long as they don't ask too often. */
export class Callers {
  constructor(
    private readonly authentication: Authentication,
    private readonly rates: RequestRates,
  ) {}

  /** @throws Refusal `unauthenticated`; `too-many-requests` where too many wrong tokens came from this address */
  principalOf({ headers, raw }: FastifyRequest): Principal {
    const { authorization } = headers;
    const nowMs = Date.now();
    const principal = this.authentication.authenticate(authorization, nowMs);
    if (!principal) {
      // Who sends no token guesses none.
      if (authorization !== undefined) this.rates.requireFewFailures(raw);
      throw new Refusal('unauthenticated', 'send a valid token: "Authorization: Bearer TOKEN"');
    }
    const userToken = header(headers, 'user-token');
    if (userToken === undefined || userToken === '') return principal;
    const forVisitor = this.authentication.onBehalfOf(principal, userToken, nowMs);
    if (forVisitor) return forVisitor;
    this.rates.requireFewFailures(raw);
    throw new Refusal(
      'unauthenticated',
      'User-Token is not valid: ask the visitor to sign in, or leave it out',
    );
  }

  /** @throws Refusal `too-many-requests`. `url`: of the route */
  requireRate(request: FastifyRequest, url: string): void {
    const { principal, query } = request;
    const weight = isRead(request) ? (weights.get(url) ?? 1) : 1;
    const isOfAnotherMoment = (query as Readonly<Record<string, unknown>>)['asOf'] !== undefined;
    const wanted = isOfAnotherMoment ? weight * asOfFactor : weight;
    this.rates.requireRate(principal.token, wanted);
    if (principal.visitor !== undefined) this.rates.requireRate(principal.visitor, wanted);
  }
}

import type { FastifyRequest } from 'fastify';
import { RefusedToken } from '../../identity/refused-token.js';
import { Refusal } from '../../refusal.js';
import type { Authentication } from './authentication.js';
import { isCrossSite } from './cross-site.js';
import { header } from './headers.js';
import { isRead } from './is-read.js';
import type { Asker } from './people.js';
import type { Principal } from './principal.js';
import type { RequestRates } from './request-rates.js';
import { sessionIn } from './session-cookie.js';
import { findFile, findFileOfVersion } from '../assets/find-asset.js';
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

  /**
   * Waited for only where a person comes with a token that was not seen before. Beside `Authorization` no cookie counts.
   * @throws Refusal `unauthenticated`; `forbidden` where another site has made a browser ask that is signed in here;
   *   `too-many-requests` where too many wrong tokens came from this address
   */
  principalOf(request: FastifyRequest): Principal | Promise<Principal> {
    const { authorization } = request.headers;
    const nowMs = Date.now();
    const link = authorization === undefined ? linkIn(request) : undefined;
    if (link !== undefined) return this.linked(link, request, nowMs);
    const cookie = authorization === undefined ? sessionIn(request.headers) : undefined;
    const asker =
      authorization === undefined
        ? this.authentication.session(cookie, nowMs)
        : this.authentication.authenticate(authorization, nowMs, isRead(request));
    const goOn = (principal: Principal | undefined): Principal | Promise<Principal> => {
      if (principal && cookie !== undefined) requireOwnSite(request);
      if (principal) return this.withVisitor(principal, request, nowMs);
      // Who sends no token guesses none.
      if (authorization !== undefined || cookie !== undefined) this.rates.requireFewFailures(request.raw);
      throw new Refusal(
        'unauthenticated',
        'send a valid token, "Authorization: Bearer TOKEN", or sign in at /session',
      );
    };
    return asker instanceof Promise ? known(asker, request).then(goOn) : goOn(asker);
  }

  /** @throws Refusal `unauthenticated` */
  private linked(link: string, request: FastifyRequest, nowMs: number): Principal {
    const [path = ''] = request.url.split('?');
    const principal = this.authentication.linked(link, path, nowMs);
    if (principal) return principal;
    this.rates.requireFewFailures(request.raw);
    throw new Refusal(
      'unauthenticated',
      'the link is not, or no longer, good for this file: ask for another',
    );
  }

  /** Who may not ask for others asks for nobody. */
  private withVisitor(
    principal: Principal,
    request: FastifyRequest,
    nowMs: number,
  ): Principal | Promise<Principal> {
    const userToken = header(request.headers, 'user-token');
    if (userToken === undefined || userToken === '' || !principal.delegates) return principal;
    const shown = /^bearer /i.test(userToken) ? userToken : `Bearer ${userToken}`;
    const asker = this.authentication.authenticate(shown, nowMs, true);
    const goOn = (visitor: Principal | undefined): Principal => {
      if (visitor) return this.authentication.onBehalfOf(principal, visitor);
      this.rates.requireFewFailures(request.raw);
      throw new Refusal(
        'unauthenticated',
        'User-Token is not valid: ask the visitor to sign in, or leave it out',
      );
    };
    return asker instanceof Promise ? known(asker, request).then(goOn) : goOn(asker);
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

/** Links count where files are, and for nothing else. */
const linkable: ReadonlySet<string> = new Set([findFile, findFileOfVersion].map(({ path }) => path));

function linkIn(request: FastifyRequest): string | undefined {
  if (!isRead(request) || !linkable.has(request.template)) return undefined;
  const { link } = request.query as { readonly link?: unknown };
  return typeof link === 'string' ? link : undefined;
}

/** @throws Refusal `forbidden` */
export function requireOwnSite({ raw }: FastifyRequest): void {
  if (isCrossSite(raw))
    throw new Refusal(
      'forbidden',
      'another site has made the browser ask: a session is for pages of this one',
    );
}

/** Nothing for a token that is refused: why so is for the log. */
async function known(
  asker: Exclude<Asker, Principal | undefined>,
  request: FastifyRequest,
): Promise<Principal | undefined> {
  try {
    return await asker;
  } catch (error) {
    if (!(error instanceof RefusedToken)) throw error;
    request.fault = error.facts;
    return undefined;
  }
}

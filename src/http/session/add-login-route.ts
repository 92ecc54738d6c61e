import type { FastifyInstance } from 'fastify';
import { roles, type Role } from '../../events/role.js';
import { Refusal } from '../../refusal.js';
import { requireControl } from '../edge/control-routes.js';
import { jsonAnswer, send } from '../edge/send.js';
import type { OneTimeCodes } from './one-time-codes.js';

/** What `palimpsest login` is told. `url`: where clients come in; empty where they don't. */
export interface OfferedCode {
  readonly code: string;
  readonly url: string;
  /** ISO 8601, UTC. */
  readonly expiresAt: string;
}

/** Has the operator ask for a code, through the control socket. */
export function addLoginRoute(fastify: FastifyInstance, codes: OneTimeCodes, url: () => string): void {
  fastify.post('/control/login', { onRequest: requireControl }, (request, reply) => {
    const { role } = JSON.parse((request.body as Buffer).toString()) as { readonly role: Role };
    // The command line may be of another release.
    if (!roles.includes(role)) throw new Refusal('malformed-request', `there is no role ${role}`);
    const { code, expiresAtMs } = codes.offer(role, Date.now());
    const offered: OfferedCode = { code, url: url(), expiresAt: new Date(expiresAtMs).toISOString() };
    send(reply, jsonAnswer(offered), 0);
  });
}

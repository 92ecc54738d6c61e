import type { FastifyRequest } from 'fastify';
import type { SessionDescription } from '../openapi/describe-session.js';
import type { Sessions, SessionAnswer } from '../session/sessions.js';

/** A way to begin or to end a browser's session: neither a question nor a command of whoever asks. */
export interface SessionRoute extends SessionDescription {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** @throws Refusal */
  readonly act: (sessions: Sessions, request: FastifyRequest) => SessionAnswer | Promise<SessionAnswer>;
}

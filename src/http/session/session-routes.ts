import { FindMe } from '../../queries/find-me.js';
import { jsonAnswer } from '../edge/send.js';
import { requireNoQuery } from '../edge/shape.js';
import { WriteQuery } from '../edge/write-query.js';
import { Me } from '../grants/grant-answer-shapes.js';
import { jsonBody } from '../openapi/described-bodies.js';
import { readRoute } from '../routing/read-route.js';
import type { SessionRoute } from '../routing/session-route.js';
import { CodeBody, SignInQuery } from './session-shapes.js';

export const findSession = readRoute({
  operationId: 'findSession',
  summary: 'Who a browser is signed in as',
  description:
    'As `GET /me`. A browser that asks for `text/html` gets a page that says so, and signs in and out; it needs no session.',
  path: '/session',
  permission: 'anybody',
  answer: Me,
  ask: ({ who, query }) => {
    requireNoQuery(query);
    if (!who) throw new Error('who asks is not known here');
    return new FindMe(who);
  },
  show: ({ me }) => {
    const answer = jsonAnswer(me);
    return { ...answer, headers: { ...answer.headers, vary: 'Authorization, Accept' } };
  },
});

export const beginSignIn: SessionRoute = {
  operationId: 'beginSignIn',
  summary: 'Send a browser to where its person signs in',
  description: 'By authorization code with PKCE. It comes back to `/session/callback` within ten minutes.',
  method: 'GET',
  path: '/session/sign-in',
  permission: 'nobody',
  query: SignInQuery,
  status: 302,
  tells: ['Location', 'Set-Cookie'],
  refusals: ['not-found', 'issuer-unavailable'],
  act: (sessions, request) => sessions.begin(request),
};

export const completeSignIn: SessionRoute = {
  operationId: 'completeSignIn',
  summary: 'Where a browser comes back to that its person has signed in with',
  description:
    'With a query that the issuer makes. It is signed in from here on, and sent to where it wanted to. What it was signed in as before is ended.',
  method: 'GET',
  path: '/session/callback',
  permission: 'nobody',
  status: 302,
  tells: ['Location', 'Set-Cookie'],
  refusals: ['not-found', 'issuer-unavailable'],
  act: (sessions, request) => sessions.complete(request),
};

export const exchangeCode: SessionRoute = {
  operationId: 'exchangeCode',
  summary: 'Sign a browser in by the code of a link',
  description: 'Of `palimpsest login`: it is good for ten minutes, and once.',
  method: 'POST',
  path: '/session',
  permission: 'nobody',
  query: WriteQuery,
  body: jsonBody(CodeBody, { ofALink: { code: 'palimpsest_2nR5nS8Yb3cJk0uX7mQ1tVf4wZ6aE9dH' } }),
  models: [CodeBody],
  status: 204,
  tells: ['Set-Cookie'],
  refusals: ['forbidden'],
  act: (sessions, request) => sessions.exchange(request),
};

export const endSession: SessionRoute = {
  operationId: 'endSession',
  summary: 'Sign a browser out',
  description: 'Its session is good no longer, with the next request. Without one nothing happens.',
  method: 'DELETE',
  path: '/session',
  permission: 'anybody',
  query: WriteQuery,
  status: 204,
  tells: ['Set-Cookie'],
  refusals: ['forbidden'],
  act: (sessions, request) => sessions.end(request),
};

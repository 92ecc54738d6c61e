import { idOf } from '../edge/sent.js';
import { write } from '../routing/write-route.js';

export const revokeToken = write({
  operationId: 'revokeToken',
  summary: 'Revoke a token',
  description: 'It is good no longer, with the next request.',
  method: 'DELETE',
  path: '/tokens/:id',
  command: 'revoke-token',
  params: [{ name: 'id', schema: { type: 'string', format: 'uuid' }, description: 'The token' }],
  status: 204,
  refusals: ['not-found'],
  read: (sent) => ({
    commands: [{ kind: 'revoke-token', token: idOf(sent) }],
    answer: () => ({ status: 204, headers: {}, body: '' }),
  }),
});

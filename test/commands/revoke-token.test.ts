import { everywhere } from '../../src/access/rights.js';
import { createChunk, createToken, revokeToken } from '../support/commands.js';
import { given, refused } from '../support/given.js';

describe('revoking a token is refused', () => {
  it.each(['render', 'editor', 'publisher'] as const)('to the role %s', (role) => {
    given(createToken('tess'))
      .when(revokeToken('tess'), { rights: everywhere(role) })
      .then(refused('forbidden', { permission: 'administer' }));
  });

  it('when there is no such token', () => {
    given(createChunk('home')).when(revokeToken('nowhere')).then(refused('not-found'));
  });

  it('when the id is a page’s', () => {
    given(createChunk('home')).when(revokeToken('home')).then(refused('not-found'));
  });
});

describe('revoking a token', () => {
  it('is one event', () => {
    given(createToken('tess'))
      .when(revokeToken('tess'))
      .then([{ stream: 'tess', type: 'TokenRevoked', data: {} }]);
  });

  it('appends nothing the second time', () => {
    given(createToken('tess'), revokeToken('tess')).when(revokeToken('tess')).then([]);
  });
});

import { everywhere } from '../../src/access/rights.js';
import { roles } from '../../src/events/role.js';
import { createChunk, createToken, revokeToken } from '../support/commands.js';
import { given, refused } from '../support/given.js';

describe('creating a token is refused', () => {
  it.each(['render', 'editor', 'publisher'] as const)('to the role %s', (role) => {
    given(createToken('tess'))
      .when(createToken('tess'), { rights: everywhere(role) })
      .then(refused('forbidden', { permission: 'administer' }));
  });

  it('when a token has the id, revoked or not', () => {
    given(createToken('tess'))
      .when(createToken('tess'))
      .then(refused('id-taken', { id: 'tess' }));
    given(createToken('tess'), revokeToken('tess'))
      .when(createToken('tess'))
      .then(refused('id-taken', { id: 'tess' }));
  });

  it('when a page has the id', () => {
    given(createChunk('home'))
      .when(createToken('home'))
      .then(refused('id-taken', { id: 'home' }));
  });
});

describe('creating a token', () => {
  it.each(roles)('grants the role %s', (role) => {
    const hash = 'ab'.repeat(32);
    given()
      .when(createToken('tess', { role, hash, name: 'Tess’s editor' }))
      .then([
        {
          stream: 'tess',
          type: 'TokenCreated',
          data: { name: 'Tess’s editor', role, hash, expiresAt: null },
        },
      ]);
  });

  it('answers with the token, which may expire', () => {
    const expiresAt = '2027-01-01T00:00:00.000Z';
    const at = '2026-02-03T04:05:06.789Z';
    const { outcome } = given().when(createToken('tess', { expiresAt }), { at });
    expect(outcome).toMatchObject({
      results: [{ kind: 'token', token: { id: 'tess', createdAt: at, expiresAt, revokedAt: null } }],
    });
  });
});

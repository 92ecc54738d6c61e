import { tokenFinders } from '../../src/projections/tokens.js';
import { createChunk, createToken, revokeToken } from '../support/commands.js';
import { openInstallation } from '../support/installation.js';

const at = '2026-02-03T04:05:06.789Z';
const hash = 'ab'.repeat(32);

describe('the tokens', () => {
  it('hold what was granted, and when it was taken back', () => {
    const { accept, db } = openInstallation();
    const expiresAt = '2027-01-01T00:00:00.000Z';
    accept([createChunk('a'), createToken('tess', { name: 'Tess', role: 'publisher', hash, expiresAt })], {
      at,
    });
    const created = {
      number: 2,
      id: 'tess',
      name: 'Tess',
      role: 'publisher',
      hash,
      created_at: at,
      expires_at: expiresAt,
      revoked_at: null,
      delegates: 0,
      is_cache: 0,
      stream_version: 1,
    };
    expect(db.prepare('SELECT * FROM tokens').all()).toEqual([created]);
    const later = '2026-02-04T00:00:00.000Z';
    accept(revokeToken('tess'), { at: later });
    expect(db.prepare('SELECT * FROM tokens').all()).toEqual([
      { ...created, revoked_at: later, stream_version: 2 },
    ]);
  });

  it('are found by their hash until they are revoked, expired or not', () => {
    const { accept, db } = openInstallation();
    const tokens = tokenFinders(db);
    accept(createToken('tess', { hash, expiresAt: '1999-01-01T00:00:00.000Z' }));
    expect(tokens.tokenByHash(hash)?.id).toBe('tess');
    expect(tokens.tokenByHash('cd'.repeat(32))).toBeUndefined();
    accept(revokeToken('tess'));
    expect(tokens.tokenByHash(hash)).toBeUndefined();
    expect(tokens.token('tess')?.revokedAt).not.toBeNull();
  });

  it('are listed oldest first, a page at a time, without the revoked ones', () => {
    const { accept, db } = openInstallation();
    accept(['a', 'b', 'c', 'd'].map((id) => createToken(id)));
    accept(revokeToken('b'));
    const tokens = tokenFinders(db);
    const [first, second] = tokens.tokensAfter(0, 2);
    expect([first?.id, second?.id]).toEqual(['a', 'c']);
    expect(tokens.tokensAfter(second?.number ?? 0, 2).map(({ id }) => id)).toEqual(['d']);
  });
});

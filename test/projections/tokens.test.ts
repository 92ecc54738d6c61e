import { tokenFinders } from '../../src/projections/tokens.js';
import type { OpenSession } from '../../src/commands/tokens/open-session.js';
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
      issuer: null,
      subject: null,
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

  it('that are sessions are of a person, give nobody anything, and end when that person is blocked', () => {
    const { accept, submit, db } = openInstallation();
    const tokens = tokenFinders(db);
    const ada = { issuer: 'https://id.example', subject: 'ada' } as const;
    const session = (
      token: string,
      whose: typeof ada | { issuer: string; subject: string },
    ): OpenSession => ({
      kind: 'open-session',
      token,
      name: 'browser',
      ...whose,
      hash: token.slice(-2).repeat(32),
      expiresAt: '2027-01-01T00:00:00.000Z',
    });
    expect(submit(session('s-ab', ada))).toMatchObject({ refusal: { code: 'not-found' } });
    accept({ kind: 'see-person', ...ada, name: 'Ada', email: null, groups: [] });
    accept({ kind: 'see-person', ...ada, subject: 'eve', name: 'Eve', email: null, groups: [] });
    accept([session('s-ab', ada), session('s-cd', { ...ada, subject: 'eve' })]);
    expect(tokens.token('s-ab')).toMatchObject({ role: null, person: ada });
    expect(db.prepare('SELECT count(*) AS grants FROM grants').get()).toEqual({ grants: 0 });
    accept({ kind: 'block-person', ...ada }, { at });
    expect(tokens.token('s-ab')?.revokedAt).toBe(at);
    expect(tokens.token('s-cd')?.revokedAt).toBeNull();
    expect(submit(session('s-ef', ada))).toMatchObject({ refusal: { code: 'unauthenticated' } });
    accept({ kind: 'unblock-person', ...ada });
    expect(tokens.token('s-ab')?.revokedAt).toBe(at);
    accept([session('s-ef', ada), revokeToken('s-ab'), revokeToken('s-cd')]);
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

import { accessOf } from '../../src/access/access.js';
import type { Grantee } from '../../src/events/grantee.js';
import { grantFinders } from '../../src/projections/grants.js';
import { accessThenFinder } from '../../src/queries/feed/grants-then.js';
import { createPage } from '../support/commands.js';
import { openInstallation } from '../support/installation.js';

const issuer = 'https://login.example';
const ada: Grantee = { kind: 'person', issuer, subject: 'ada' };
const group = (name: string): Grantee => ({ kind: 'group', issuer, group: name });

test('a person could see what their groups could, as long as they were in them', () => {
  const { db, accept, position } = openInstallation();
  accept([createPage('a'), createPage('b')]);
  const give = (grant: string, principal: Grantee, path: string): void => {
    accept({ kind: 'give-grant', grant, principal, role: 'editor', path });
  };
  give('g1', group('writers'), '/a');
  give('g2', group('staff'), '/b');
  const seen = (groups: readonly string[]): number => {
    accept({ kind: 'see-person', issuer, subject: 'ada', name: 'Ada', email: null, groups });
    return position();
  };
  const [first, second, third] = [seen(['writers']), seen(['staff', 'writers']), seen([])];
  accept({ kind: 'revoke-grant', grant: 'g2' });

  const rights = { ...grantFinders(db).rightsOf([ada]), hasChanged: true };
  const then = accessThenFinder(db)(accessOf(rights));
  const heldAt = (at: number): readonly (string | null)[] =>
    then.at(at).rights.held.map(({ anchor }) => anchor);
  expect([first - 1, first, second, third].map(heldAt)).toEqual([[], ['a'], ['a', 'b'], []]);
  expect(then.changes).toEqual([
    { position: first, anchor: 'a' },
    { position: second, anchor: null }, // what ended at `a` began again
    { position: third, anchor: null },
  ]);
});

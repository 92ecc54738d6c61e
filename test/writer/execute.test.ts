import type { ChangeSet, Outcome } from '../../src/commands/change-set.js';
import type { JsonObject } from '../../src/schema/json/json.js';
import {
  createPage,
  createToken,
  deletePage,
  movePage,
  publishPage,
  revokeToken,
  savePage,
  sent,
  undeletePage,
} from '../support/commands.js';
import { given, refused } from '../support/given.js';
import { accepted, changeSet, openInstallation, tess, type Installation } from '../support/installation.js';

function tablesOf({ db }: Installation): unknown {
  const names = [
    'events',
    'changesets',
    'streams',
    'head',
    'ledger',
    'projections',
    'pages',
    'versions',
    'places',
  ];
  return names.map((name) => db.prepare(`SELECT * FROM ${name}`).all());
}

describe('a change set of several commands', () => {
  it('is refused whole: the index says by which command, and nothing is left', () => {
    const scene = given(createPage('home')).when([
      createPage('a'),
      savePage('a', 1, { title: 'new' }),
      createPage('b', { slug: 'home' }),
      createPage('c'),
    ]);
    scene.then(refused('path-taken', { page: 'home' }));
    expect(scene.outcome).toMatchObject({ kind: 'refused', position: 1, index: 2 });
    expect(scene.installation.db.prepare('SELECT id FROM streams').pluck().all()).toEqual(['home']);
    scene.installation.accept(createPage('c'));
    expect(scene.installation.eventsAfter(1)).toMatchObject([{ position: 2, stream: 'c', streamNumber: 2 }]);
  });

  it('lets each command see what the ones before it did', () => {
    const { installation, outcome } = given().when([
      createPage('home'),
      createPage('a', { parent: 'home' }),
      savePage('a', 1, { title: 'new' }),
      publishPage('a', 2),
      deletePage('home', 1),
      createPage('again', { slug: 'home' }),
      movePage('again', 1, { slug: 'other' }),
      undeletePage('home'),
    ]);
    expect(accepted(outcome).results.map(({ kind }) => kind)).toEqual([
      'page',
      'page',
      'page',
      'page',
      'page-deleted',
      'page',
      'page',
      'page',
    ]);
    expect(installation.order(null)).toEqual(['home', 'again']);
    expect(installation.order('home')).toEqual(['a']);
  });

  it('answers each command with the page as that has left it', () => {
    const commands = [
      createPage('home', { slug: 'home' }),
      savePage('home', 1, { title: 'new' }),
      publishPage('home', 1),
      movePage('home', 2, { slug: 'moved' }),
      deletePage('home', 2),
      undeletePage('home'),
    ];
    const { outcome } = given().when(commands);
    const left = accepted(outcome).results.map((result) => {
      if (result.kind !== 'page') return result.kind;
      const { contentVersion, status, path, changedPosition, updatedBy } = result.page.view;
      return [contentVersion, status, path, changedPosition, updatedBy];
    });
    expect(left).toEqual([
      [1, 'draft', '/home', 1, tess],
      [2, 'draft', '/home', 2, tess],
      [2, 'changed', '/home', 3, tess],
      [2, 'changed', '/moved', 4, tess],
      'page-deleted',
      [2, 'changed', '/moved', 6, tess],
    ]);
  });

  it('leaves one change set in the log', () => {
    const installation = openInstallation();
    installation.accept(createPage('home'));
    const source = { kind: 'git', commit: 'abc' };
    const whole = changeSet([createPage('a'), savePage('a', 1, { title: 'new' })], {
      comment: 'both',
      source,
    });
    const [outcome] = installation.execute([whole]);
    expect(accepted(outcome).position).toBe(3);
    expect(
      installation.db
        .prepare(
          'SELECT first_position, last_position, id, at, by, comment, source FROM changesets WHERE first_position > 1',
        )
        .all(),
    ).toEqual([
      {
        first_position: 2,
        last_position: 3,
        id: whole.id,
        at: whole.at,
        by: JSON.stringify(tess),
        comment: 'both',
        source: JSON.stringify(source),
      },
    ]);
    expect(
      installation.eventsAfter(1).map(({ changeset, firstPosition }) => [changeset.id, firstPosition]),
    ).toEqual([
      [whole.id, 2],
      [whole.id, 2],
    ]);
  });

  it('leaves none when nothing happened', () => {
    const { installation } = given(createPage('a')).when([
      savePage('a', 1, { title: 'a' }),
      movePage('a', 1, {}),
    ]);
    expect(installation.db.prepare('SELECT count(*) FROM changesets').pluck().get()).toBe(1);
    expect(installation.position()).toBe(1);
  });
});

describe('change sets of one batch', () => {
  it('are refused one by one, and leave no gap', () => {
    const installation = openInstallation();
    const outcomes = installation.execute([
      changeSet(createPage('a')),
      changeSet([createPage('b'), createPage('a')]),
      changeSet(createPage('c')),
      changeSet(savePage('c', 1, { title: 'new' })),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'refused', 'accepted', 'accepted']);
    expect(installation.eventsAfter(0).map(({ position, stream }) => [position, stream])).toEqual([
      [1, 'a'],
      [2, 'c'],
      [3, 'c'],
    ]);
  });

  it('outlive a bug in one of them', () => {
    const installation = openInstallation();
    const first = changeSet(createPage('a'));
    const outcomes = installation.execute([
      first,
      { ...changeSet(createPage('b')), id: first.id },
      changeSet(createPage('c')),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'failed', 'accepted']);
    expect(installation.eventsAfter(0).map(({ position, stream }) => [position, stream])).toEqual([
      [1, 'a'],
      [2, 'c'],
    ]);
  });

  it('all see what the ones before them did', () => {
    const installation = openInstallation();
    const [, second] = installation.execute([
      changeSet(createPage('a')),
      changeSet(createPage('b', { slug: 'a' })),
    ]);
    expect(second).toMatchObject({ kind: 'refused', position: 1, refusal: { code: 'path-taken' } });
  });
});

describe('a page that was saved before', () => {
  /** At content version 2, by a save that the writer has seen. */
  const saved = (): Installation => {
    const installation = openInstallation();
    installation.accept(createPage('a'));
    installation.accept(savePage('a', 1, { title: 'second' }));
    return installation;
  };
  const contentOf = (outcome: Outcome): unknown => accepted(outcome).results[0];

  it('is as it was when another save was refused together with what came after it', () => {
    const installation = saved();
    const both = [savePage('a', 2, { title: 'undone' }), createPage('a')];
    expect(installation.submit(both)).toMatchObject({ kind: 'refused', index: 1 });
    installation.accept(savePage('a', 2, { title: 'third' }));
  });

  it('is as it was after a dry run of a save', () => {
    const installation = saved();
    installation.accept(savePage('a', 2, { title: 'tried' }), { dryRun: true });
    installation.accept(savePage('a', 2, { title: 'third' }));
  });

  it('is as it was when a bug has kept a batch from being written', () => {
    const installation = saved();
    const first = changeSet(createPage('b'));
    const outcomes = installation.execute([
      first,
      { ...changeSet(savePage('a', 2, { title: 'undone' })), id: first.id },
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'failed']);
    installation.accept(savePage('a', 2, { title: 'third' }));
  });

  it('is not saved again when nothing changes', () => {
    const installation = saved();
    expect(installation.accept(savePage('a', 2, { title: 'second' })).position).toBe(2);
    expect(installation.accept(savePage('a', 2, { title: 'third' })).position).toBe(3);
    expect(installation.accept(savePage('a', 3, { title: 'third' })).position).toBe(3);
  });

  it('has views only as long as somebody could see what its last author could not', () => {
    const installation = openInstallation();
    const text = { _type: 'text', _id: 't', markdown: 'one' };
    const video = { _type: 'video', _id: 'v', url: 'https://example.org/v' };
    const mayHaveViews = (outcome: Outcome): boolean => {
      const [result] = accepted(outcome).results;
      return result?.kind === 'page' && result.page.view.mayHaveViews;
    };
    const document = sent({ title: 'Page', blocks: [text, video] });
    const creation = createPage('a', {}, { type: 'page', schemaVersion: 4, document });
    const [first] = installation.accept(creation, { answersAt: [1] }).results;
    const seen = JSON.parse((first?.kind === 'page' && first.page.content) || '') as JsonObject;
    expect(mayHaveViews(installation.accept(savePage('a', 1, { ...seen, title: 'Older' })))).toBe(true);
    const withoutVideo = { ...savePage('a', 2, { title: 'Newer', blocks: [text] }), schemaVersion: 4 };
    // What older clients made of the video is still asked for if it comes back; nothing is kept of how this version looks.
    installation.accept(withoutVideo);
    expect(installation.db.prepare('SELECT version FROM views').pluck().all()).toEqual([2]);
  });

  it('has changed when it is saved after it was published', () => {
    const installation = saved();
    installation.accept(publishPage('a'));
    const outcome = installation.accept(savePage('a', 2, { title: 'third' }));
    expect(contentOf(outcome)).toMatchObject({ page: { view: { status: 'changed', publishedVersion: 2 } } });
  });

  it('has the path that its parent’s move has given it', () => {
    const installation = openInstallation();
    installation.accept(createPage('home'));
    installation.accept(createPage('a', { parent: 'home' }));
    installation.accept(savePage('a', 1, { title: 'second' }));
    installation.accept(movePage('home', null, { slug: 'house' }));
    const outcome = installation.accept(savePage('a', 2, { title: 'third' }));
    expect(contentOf(outcome)).toMatchObject({ page: { view: { path: '/house/a' } } });
  });

  it('is called what is stored, and not what was sent, when that has no UTF-8', () => {
    const installation = saved();
    const outcome = installation.accept(savePage('a', 2, { title: 'half \ud800' }), {
      comment: 'half \ud800',
    });
    expect(contentOf(outcome)).toMatchObject({
      page: { view: { title: 'half \ufffd', comment: 'half \ufffd' } },
    });
  });
});

describe('a dry run', () => {
  it('is refused as the real thing would be', () => {
    given(createPage('home'))
      .when(createPage('home'), { dryRun: true })
      .then(refused('id-taken', { id: 'home' }));
  });

  it('answers as the real thing would, and leaves nothing', () => {
    const installation = openInstallation();
    installation.accept(createPage('home'));
    const before = tablesOf(installation);
    const idempotency = { token: 't', key: 'k', digest: 'aa' };
    const outcome = installation.accept([createPage('a'), createToken('tess')], {
      dryRun: true,
      idempotency,
    });
    expect(outcome.results).toMatchObject([
      { page: { view: { id: 'a', path: '/a' } } },
      { token: { id: 'tess' } },
    ]);
    expect(tablesOf(installation)).toEqual(before);
  });

  it('answers with the position where the log stands', () => {
    const installation = openInstallation();
    installation.accept(createPage('home'));
    expect(installation.accept(createPage('a'), { dryRun: true }).position).toBe(1);
  });

  it('between two real change sets of a batch is as if it had not been', () => {
    const installation = openInstallation();
    installation.execute([
      changeSet(createPage('a')),
      changeSet(createPage('b'), { dryRun: true }),
      changeSet(createPage('b')),
    ]);
    expect(installation.eventsAfter(0).map(({ position, stream }) => [position, stream])).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });
});

describe('a change set with an idempotency key', () => {
  const idempotency = { token: 't', key: 'k', digest: 'aa' };
  const keyed = (over: Partial<ChangeSet['idempotency']> = {}): Partial<ChangeSet> => ({
    idempotency: { ...idempotency, ...over },
  });

  it('is refused when the key was used for another request', () => {
    const installation = openInstallation();
    installation.accept(createPage('a'), keyed());
    installation.accept(createPage('b'));
    expect(installation.submit(createPage('c'), keyed({ digest: 'bb' }))).toMatchObject({
      kind: 'refused',
      refusal: { code: 'idempotency-key-reused', details: {} },
    });
    expect(installation.position()).toBe(2);
  });

  it('gets the first outcome again, whatever happened since, and appends nothing', () => {
    const installation = openInstallation();
    const commands = [createPage('a'), createToken('tess'), createPage('b'), deletePage('b')];
    const first = installation.accept(commands, keyed());
    installation.accept([
      savePage('a', 1, { title: 'new' }),
      publishPage('a'),
      movePage('a', 2, { slug: 'x' }),
    ]);
    installation.accept([deletePage('a'), revokeToken('tess')]);
    const position = installation.position();
    expect(installation.accept(commands, keyed())).toEqual({ ...first, repeated: true });
    expect(installation.position()).toBe(position);
  });

  it('gets the first outcome again when that appended nothing', () => {
    const installation = openInstallation();
    installation.accept(createPage('a'));
    const save = savePage('a', 1, { title: 'a' });
    const first = installation.accept(save, keyed());
    installation.accept(savePage('a', 1, { title: 'new' }));
    expect(installation.accept(save, keyed())).toEqual({ ...first, repeated: true });
  });

  it('is decided anew after a refusal', () => {
    const installation = openInstallation();
    const create = createPage('a', { parent: 'home' });
    expect(installation.submit(create, keyed())).toMatchObject({ kind: 'refused' });
    installation.accept(createPage('home'));
    expect(installation.accept(create, keyed())).toMatchObject({ repeated: false, position: 2 });
  });

  it('is decided anew after a dry run, and a dry run does not get what was kept', () => {
    const installation = openInstallation();
    installation.accept(createPage('a'), { ...keyed(), dryRun: true });
    expect(installation.accept(createPage('a'), keyed())).toMatchObject({ repeated: false });
    expect(installation.submit(createPage('a'), { ...keyed(), dryRun: true })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'id-taken' },
    });
  });

  it('does not meet another token’s', () => {
    const installation = openInstallation();
    installation.accept(createPage('a'), keyed());
    expect(installation.accept(createPage('b'), keyed({ token: 'u' }))).toMatchObject({ repeated: false });
  });

  it('waits for its twin in the same batch', () => {
    const installation = openInstallation();
    const twin = () => changeSet(createPage('a'), keyed());
    const [first, second] = installation.execute([twin(), twin()]);
    expect(first).toMatchObject({ kind: 'accepted', repeated: false });
    expect(second).toEqual({ ...accepted(first), repeated: true });
    expect(installation.position()).toBe(1);
  });

  it('takes the place of a twin in the same batch that was refused', () => {
    const installation = openInstallation();
    const outcomes = installation.execute([
      changeSet(createPage('a', { parent: 'home' }), keyed()),
      changeSet(createPage('home')),
      changeSet(createPage('a', { parent: 'home' }), keyed()),
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['refused', 'accepted', 'accepted']);
  });
});

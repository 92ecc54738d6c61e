import type { ChangeSet } from '../../src/commands/change-set.js';
import { stepsLimit } from '../../src/commands/pages/bounded-work.js';
import { blockLimit, valueLimit } from '../../src/schema/json/document-size.js';
import { createChunk, patchPage, savePage, sent } from '../support/commands.js';
import type { Command } from '../../src/commands/index.js';
import one from '../../src/migrations/0001-documents-folders-pages.js';
import two from '../../src/migrations/0002-image-url.js';
import three from '../../src/migrations/0003-videos.js';
import four from '../../src/migrations/0004-search-title-in-parts.js';
import { ladderOf } from '../schema/ladder-of.js';
import { givenIn, refused } from '../support/given.js';
import { accepted, openInstallation } from '../support/installation.js';

/** What is counted depends on how many rungs there are. */
const ladder = ladderOf(one, two, three, four);
const given = (...history: readonly Command[]) => givenIn(openInstallation(':memory:', ladder), ...history);

const list = (length: number): readonly number[] => Array.from({ length }, () => 0);
const blocks = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ _type: 'text', _id: `b${index}`, markdown: '' }));
const video = { _type: 'video', _id: 'v', url: 'https://example.org/v' };
/** Its author knows videos; to a client of schema version 1 one is a placeholder. */
const newer = (count: number) =>
  createChunk('a', {
    type: 'page',
    schemaVersion: 4,
    document: sent({ title: 'a', blocks: [video, ...blocks(count)] }),
  });
const older = (count: number, title = 'b') => ({ title, blocks: blocks(count) });
/** Lists are dear, and there may be many. */
const withLists = { lists: Array.from({ length: 290_000 }, () => []) };
const newerWithLists = createChunk('a', {
  type: 'page',
  schemaVersion: 4,
  document: sent({ title: 'a', blocks: [video], ...withLists }),
});

describe('A document', () => {
  it('holds no more values than it may, whichever way it comes', () => {
    // The document, its title, its list, and the items.
    const most = { title: 'a', list: list(valueLimit - 3) };
    const page = createChunk('a', { document: sent({ title: 'a' }) });
    const tooMany = { title: 'a', list: list(valueLimit - 2) };
    given()
      .when(createChunk('a', { document: sent(tooMany) }))
      .then(refused('too-much-work', { limit: valueLimit }));
    const scene = given(page).when(savePage('a', 1, tooMany));
    const { installation } = scene;
    scene.then(refused('too-much-work', { limit: valueLimit }));
    accepted(installation.submit(savePage('a', 1, most)));
    const patched = installation.submit(
      patchPage('a', 2, 'json-patch', [{ op: 'add', path: '/more', value: 1 }]),
    );
    expect(patched).toMatchObject({ kind: 'refused', refusal: { code: 'too-much-work' } });
    accepted(installation.submit(patchPage('a', 2, 'json-patch', [{ op: 'remove', path: '/list/0' }])));
  });

  it('holds no more blocks than it may', () => {
    given()
      .when(createChunk('a', { type: 'page', document: sent(older(blockLimit + 1)) }))
      .then(refused('too-much-work', { limit: blockLimit }));
  });
});

describe('A merge', () => {
  it('is refused before it is begun where it would take more steps than it may', () => {
    const { outcome } = given(newerWithLists).when(savePage('a', 1, { ...older(1), ...withLists }));
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { code: 'too-much-work', details: { limit: stepsLimit } },
    });
  });

  it('is not counted where nothing is merged', () => {
    const { installation } = given(newerWithLists).when([]);
    accepted(installation.submit({ ...savePage('a', 1, { ...older(1), ...withLists }), schemaVersion: 4 }));
  });
});

describe('What a save makes of a page at other schema versions', () => {
  it('is no larger than a document may be', () => {
    const large = { ...video, rows: list(valueLimit / 20) };
    const page = createChunk('a', {
      type: 'page',
      schemaVersion: 4,
      document: sent({ title: 'a', blocks: [large] }),
    });
    // What its author sees of the video, twenty times.
    const copies = Array.from({ length: 20 }, (_, index) => ({
      _type: 'placeholder',
      _id: `v${index}`,
      of: 'v',
      label: 'Video',
    }));
    const scene = given(page).when(savePage('a', 1, { title: 'a', blocks: copies }));
    scene.then(refused('too-much-work', { limit: valueLimit }));
    expect(scene.outcome).toMatchObject({
      refusal: { message: expect.stringMatching(/^at schema version [234] /) as string },
    });
  });
});

describe('The steps of many commands', () => {
  // In turns at two schema versions: each is merged.
  const saves = Array.from({ length: 16 }, (_, index) => ({
    ...savePage('a', index + 1, older(4400, `t${index}`)),
    schemaVersion: index % 2 === 0 ? 1 : 4,
  }));

  it('add up in a batch', () => {
    const limits: Partial<ChangeSet> = { limits: { weightBytes: 1e9, answerBytes: 1e9 } };
    const scene = given(newer(4400)).when(saves, limits);
    expect(scene.outcome).toMatchObject({ kind: 'refused', index: 5, refusal: { code: 'too-much-work' } });
  });

  it('do not in what is imported as one', () => {
    accepted(given(newer(5600)).when(saves).outcome);
  });
});

import { everywhere } from '../../src/access/rights.js';
import {
  createChunk,
  createPage,
  deletePage,
  patchPage,
  publishPage,
  savePage,
} from '../support/commands.js';
import { given, refused } from '../support/given.js';
import { changeSet, tess } from '../support/installation.js';

const saved = (version: number, content: string, stream = 'a') =>
  ({
    stream,
    type: 'PageSaved',
    data: { version, base: version - 1 },
    schemaVersion: 1,
    content,
  }) as const;

describe('saving a page is refused', () => {
  it('to a renderer, whether the page exists or not', () => {
    for (const id of ['a', 'nowhere']) {
      given(createChunk('a'))
        .when(savePage(id, 1, { title: 'b' }), { rights: everywhere('render') })
        .then(refused('forbidden', { permission: 'save' }));
    }
  });

  it('when a merge patch makes the document larger than any request could', () => {
    const half = 'x'.repeat(6 * 1024 * 1024);
    given(createChunk('a', { document: { text: JSON.stringify({ title: 'a', x: half }), refusal: null } }))
      .when(patchPage('a', 1, 'merge-patch', { y: half }))
      .then(refused('too-large', { limitBytes: 10 * 1024 * 1024 }));
  });

  it('when its text is larger than a request may be, as numbers grew when they were written anew', () => {
    given(createChunk('a'))
      .when(savePage('a', 1, { title: 'b', n: Array(500_000).fill(1e20) as number[] }))
      .then(refused('too-large', { limitBytes: 10 * 1024 * 1024 }));
  });

  it('when there is no such page', () => {
    given()
      .when(savePage('nowhere', 1, { title: 'b' }))
      .then(refused('not-found'));
  });

  it('when the client saw another version, and tells whose the current one is', () => {
    const now = '2026-02-03T04:05:06.789Z';
    const { installation } = given(
      createChunk('a', { document: { text: '{"title":"a","x":1,"y":[1]}', refusal: null } }),
    ).when(savePage('a', 1, { title: 'b', y: [1], z: 0 }), { at: now });
    expect(installation.submit(savePage('a', 1, { title: 'c' }))).toMatchObject({
      kind: 'refused',
      index: 0,
      refusal: {
        code: 'version-conflict',
        details: {
          expected: 1,
          current: { contentVersion: 2, by: tess, at: now },
        },
      },
    });
  });

  it('when it was this very change set that made another version', () => {
    const now = '2026-02-03T04:05:06.789Z';
    const { installation } = given(createChunk('a')).when(savePage('a', 1, { title: 'b' }));
    const saves = [savePage('a', 2, { title: 'c' }), savePage('a', 2, { title: 'd' })];
    expect(installation.submit(saves, { at: now })).toMatchObject({
      kind: 'refused',
      index: 1,
      refusal: {
        code: 'version-conflict',
        details: { expected: 2, current: { contentVersion: 3, by: tess, at: now } },
      },
    });
  });

  it('when the client names a version that never was', () => {
    const { outcome } = given(createChunk('a')).when(savePage('a', 7, { title: 'b' }));
    expect(outcome).toMatchObject({
      refusal: { code: 'version-conflict', details: { expected: 7, current: { contentVersion: 1 } } },
    });
  });

  it('for the version before it is for the deletion', () => {
    const { outcome } = given(createPage('a'), savePage('a', 1, { title: 'b' }), deletePage('a')).when(
      savePage('a', 1, { title: 'c' }),
    );
    expect(outcome).toMatchObject({ refusal: { code: 'version-conflict' } });
  });

  it('when the page is deleted, itself or with a page above it', () => {
    given(createPage('home'), createPage('a', { parent: 'home' }), deletePage('home'))
      .when(savePage('a', 1, { title: 7 }))
      .then(refused('page-deleted', { root: 'home' }));
  });

  it('for what is wrong with the JSON before what is wrong with the content', () => {
    const document = {
      text: '{"title":7,"title":7}',
      refusal: { code: 'duplicate-key', message: 'twice', details: { pointer: '/title' } },
    } as const;
    given(createChunk('a'))
      .when({ ...savePage('a', 1, {}), document })
      .then(refused('duplicate-key', { pointer: '/title' }));
  });

  it('when the content does not fit its type', () => {
    given(createChunk('a'))
      .when(savePage('a', 1, { title: 7 }))
      .then(
        refused('content-invalid', {
          schemaVersion: 1,
          errors: [
            { pointer: '/title', keyword: 'type', params: { type: 'string' }, message: 'must be string' },
          ],
        }),
      );
  });

  it.each<[string, ReturnType<typeof patchPage>, ReturnType<typeof refused>]>([
    [
      'a test in the patch fails',
      patchPage('a', 1, 'json-patch', [{ op: 'test', path: '/title', value: 'b' }]),
      refused('patch-test-failed', { operation: 0, pointer: '/title' }),
    ],
    [
      'the patch points nowhere',
      patchPage('a', 1, 'json-patch', [{ op: 'remove', path: '/x' }]),
      refused('patch-invalid', { operation: 0 }),
    ],
    ['the patch is none', patchPage('a', 1, 'json-patch', { title: 'b' }), refused('malformed-request')],
    [
      'the patched document does not fit',
      patchPage('a', 1, 'merge-patch', { title: null }),
      refused('content-invalid', {
        schemaVersion: 1,
        errors: [
          {
            pointer: '/title',
            keyword: 'required',
            params: { missingProperty: 'title' },
            message: "must have required property 'title'",
          },
        ],
      }),
    ],
  ])('when %s', (_, command, expected) => {
    given(createChunk('a')).when(command).then(expected);
  });
});

describe('saving a page', () => {
  it('appends a version with the text as it was sent', () => {
    const document = { text: '{ "title": "caf\\u00e9", "n": 1e2 }', refusal: null };
    given(createChunk('a'))
      .when({ ...savePage('a', 1, {}), document }, { rights: everywhere('editor') })
      .then([saved(2, document.text)]);
  });

  it('is allowed to an editor when the page is published, and leaves what readers see', () => {
    const { outcome } = given(createChunk('a'), publishPage('a')).when(savePage('a', 1, { title: 'b' }), {
      rights: everywhere('editor'),
    });
    expect(outcome).toMatchObject({
      results: [{ page: { view: { status: 'changed', publishedVersion: 1, contentVersion: 2 } } }],
    });
  });

  it('goes on top of whatever is there when no version is expected', () => {
    given(createChunk('a'), savePage('a', 1, { title: 'b' }))
      .when(savePage('a', null, { title: 'c' }))
      .then([saved(3, '{"title":"c"}')]);
  });

  it('keeps a comment of its own beside the change set’s', () => {
    const { installation } = given(createChunk('a')).when(
      [{ ...savePage('a', 1, { title: 'b' }), comment: 'mine' }, savePage('a', 2, { title: 'c' })],
      { comment: 'ours' },
    );
    expect(
      installation.db
        .prepare('SELECT comment FROM versions WHERE version > 1 ORDER BY version')
        .pluck()
        .all(),
    ).toEqual(['mine', 'ours']);
  });

  it.each([
    ['the same text', '{"title":"a","o":{"x":1,"y":[0,2]}}'],
    ['other key order', '{"o":{"y":[0,2],"x":1},"title":"a"}'],
    ['other spelling of numbers and strings', '{"title":"\\u0061","o":{"x":1.0,"y":[-0.0,20e-1]}}'],
    ['other white space', '{\n"title" : "a", "o":{"x":1,"y":[ 0, 2 ]} }'],
  ])('appends nothing for %s', (_, text) => {
    const document = { text: '{"title":"a","o":{"x":1,"y":[0,2]}}', refusal: null };
    given(createChunk('a', { document }))
      .when({ ...savePage('a', 1, {}), document: { text, refusal: null } })
      .then([]);
  });

  it('appends a version for another order of an array', () => {
    given(createChunk('a', { document: { text: '{"title":"a","x":[1,2]}', refusal: null } }))
      .when(savePage('a', 1, { title: 'a', x: [2, 1] }))
      .then([saved(2, '{"title":"a","x":[2,1]}')]);
  });

  it('applies a JSON Patch, tests included, and keeps what it does not touch', () => {
    given(createChunk('a', { document: { text: '{"title":"a","x":{"y":1}}', refusal: null } }))
      .when(
        patchPage('a', 1, 'json-patch', [
          { op: 'test', path: '/title', value: 'a' },
          { op: 'replace', path: '/title', value: 'b' },
        ]),
      )
      .then([saved(2, '{"title":"b","x":{"y":1}}')]);
  });

  it('applies a merge patch', () => {
    given(createChunk('a', { document: { text: '{"title":"a","x":{"y":1},"z":0}', refusal: null } }))
      .when(patchPage('a', 1, 'merge-patch', { x: { w: 2 }, z: null }))
      .then([saved(2, '{"title":"a","x":{"y":1,"w":2}}')]);
  });

  it('appends nothing for a patch that changes nothing', () => {
    for (const command of [
      patchPage('a', 1, 'json-patch', [{ op: 'replace', path: '/title', value: 'a' }]),
      patchPage('a', 1, 'merge-patch', {}),
    ]) {
      given(createChunk('a')).when(command).then([]);
    }
  });

  it('takes its time and author from the change set', () => {
    const { by, at } = changeSet([], { at: '2026-02-03T04:05:06.789Z' });
    const { outcome } = given(createChunk('a')).when(savePage('a', 1, { title: 'b' }), { by, at });
    expect(outcome).toMatchObject({ results: [{ page: { view: { updatedAt: at, updatedBy: by } } }] });
  });
});

import fc from 'fast-check';
import { anyCharacter } from '../../src/schema/laws/any-character.js';
import { versionFinder } from '../support/versions.js';
import { append, type EventOf, pageCreated, pageRestored, pageSaved } from '../support/append.js';
import { restorePage } from '../support/commands.js';
import { openInstallation } from '../support/installation.js';

const at = '2026-02-03T04:05:06.789Z';

describe('the versions', () => {
  it('say where the content of each stands, and what a list of them shows', () => {
    const installation = openInstallation();
    append(installation, [pageCreated('a', null)], { at, comment: 'first' });
    append(installation, [pageSaved('a', 2, { title: 'né' }, 3)], { at });
    append(installation, [pageRestored('a', 3, 1)], { at, comment: 'back' });
    const one = {
      page: 1,
      version: 1,
      position: 1,
      content_position: 1,
      schema_version: 1,
      is_viewed: 0,
      restored_from: null,
    };
    expect(installation.db.prepare('SELECT * FROM versions').all()).toEqual([
      { ...one, changeset: 1, comment: 'first', title: 'a', bytes: 13 },
      {
        ...{
          page: 1,
          version: 2,
          position: 2,
          content_position: 2,
          schema_version: 3,
          is_viewed: 0,
          restored_from: null,
        },
        ...{ changeset: 2, comment: null, title: 'né', bytes: 15 },
      },
      {
        ...one,
        version: 3,
        position: 3,
        changeset: 3,
        restored_from: 1,
        comment: 'back',
        title: 'a',
        bytes: 13,
      },
    ]);
  });

  it('prefer the comment of the event over the change set’s', () => {
    const installation = openInstallation();
    const own = { ...pageSaved('a', 2, { title: 'b' }), data: { version: 2, base: 1, comment: 'mine' } };
    append(installation, [pageCreated('a'), own as ReturnType<typeof pageSaved>], { comment: 'ours' });
    expect(installation.db.prepare('SELECT comment FROM versions ORDER BY version').pluck().all()).toEqual([
      'ours',
      'mine',
    ]);
  });

  it.each([
    ['absent', { title: undefined }],
    ['no string', { title: { en: 'x' } }],
  ])('have no title where that is %s', (_, content) => {
    const installation = openInstallation();
    append(installation, [pageCreated('a', null, { content })]);
    expect(installation.db.prepare('SELECT title FROM versions').pluck().all()).toEqual([null]);
  });

  it('have the title of the document, wherever and however it is written', () => {
    const member = (key: string, value: unknown) => `${JSON.stringify(key)} : ${JSON.stringify(value)}`;
    const other = fc.constantFrom(member('body', '"title":"no"'), member('seo', { title: 'neither' }));
    const title = fc.oneof(
      fc.string({ unit: anyCharacter }),
      fc.constantFrom('a "quoted" one', 'back\\slash', '"', '\n', ''),
    );
    const space = fc.constantFrom('', ' ', '\n\t');
    fc.assert(
      fc.property(
        title,
        fc.array(other, { maxLength: 1 }),
        fc.boolean(),
        space,
        (text, others, isLast, gap) => {
          const members = isLast ? [...others, member('title', text)] : [member('title', text), ...others];
          const content = `${gap}{${gap}${members.join(`${gap},${gap}`)}${gap}}`;
          const installation = openInstallation();
          append(installation, [{ ...pageCreated('a'), content } as EventOf]);
          const found = installation.db.prepare<[], string>('SELECT title FROM versions').pluck().get();
          expect(found).toBe(Buffer.from(text).toString());
          installation.finish();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of pages do not mix', () => {
    const installation = openInstallation();
    append(installation, [
      pageCreated('a'),
      pageCreated('b'),
      pageSaved('a', 2, { title: 'a2' }),
      pageSaved('b', 2, { title: 'b2' }),
      pageRestored('b', 3, 1),
    ]);
    const version = versionFinder(installation.db);
    expect(version('a', 2)?.text).toBe('{"title":"a2"}');
    expect(version('b', 3)?.text).toBe('{"title":"b"}');
    expect(version('a', 3)).toBeUndefined();
    expect(version('c', 1)).toBeUndefined();
  });

  it('restore the schema version with the content, whatever the latest is at', () => {
    const installation = openInstallation();
    append(installation, [
      pageCreated('a', null, { schemaVersion: 3 }),
      pageSaved('a', 2, { title: 'b' }, 4),
    ]);
    installation.accept(restorePage('a', 2, 1));
    expect(versionFinder(installation.db)('a', 3)).toMatchObject({ text: '{"title":"a"}', schemaVersion: 3 });
  });
});

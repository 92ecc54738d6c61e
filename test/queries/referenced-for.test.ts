import { accessOf, type Access } from '../../src/access/access.js';
import { everywhere } from '../../src/access/rights.js';
import type { Command } from '../../src/commands/index.js';
import { ReadModel } from '../../src/queries/read-model.js';
import { referenceFinder } from '../../src/queries/referenced-for.js';
import { deletePage, movePage, publishPage, undeletePage, unpublishPage } from '../support/commands.js';
import { idNumber } from '../support/ids.js';
import { openInstallation } from '../support/installation.js';
import { pageWith, referring, saveWith } from '../support/referring.js';

const [top, page, other, asset] = [1, 2, 3, 9].map(idNumber) as [string, string, string, string];

/** Who may be sent the asset after what has happened: of readers and editors of the whole site, and of the part beneath `top`. */
function shownTo(...history: readonly Command[]): readonly string[] {
  const installation = openInstallation(':memory:', referring);
  for (const command of [pageWith(top, {}), pageWith(page, { photo: asset }, { parent: top }), ...history])
    installation.accept(command);
  const isReferencedFor = referenceFinder(new ReadModel(installation.db, referring, () => undefined));
  const askers: Readonly<Record<string, Access>> = {
    render: accessOf(everywhere('render')),
    viewer: accessOf(everywhere('viewer')),
    editor: accessOf(everywhere('editor')),
    'part of a reader': accessOf({ held: [{ role: 'render', anchor: top }] }),
    visitor: accessOf({ ...everywhere('render'), visitor: [{ role: 'viewer', anchor: top }] }),
    metrics: accessOf(everywhere('metrics')),
  };
  return Object.keys(askers).filter((name) => isReferencedFor(askers[name] as Access, asset));
}

const protect = (id: string): Command => ({ kind: 'protect-page', page: id });
const readers = ['render', 'viewer', 'editor', 'part of a reader', 'visitor'];
const published = publishPage(page);

describe('an asset is sent to those who see a published page that refers to it', () => {
  it.each<[string, readonly Command[], readonly string[]]>([
    ['nobody while that is a draft', [], []],
    ['all readers once it is published', [published], readers],
    ['all readers while the published version refers to it', [published, saveWith(page, {})], readers],
    ['nobody when that does no more', [published, saveWith(page, {}), publishPage(page)], []],
    ['nobody when it is unpublished', [published, unpublishPage(page)], []],
    ['nobody when it is deleted', [published, deletePage(page)], []],
    ['nobody when what is above it is deleted', [published, deletePage(top)], []],
    ['all again when that comes back', [published, deletePage(top), undeletePage(top)], readers],
    ['viewers where it is protected', [published, protect(page)], ['viewer', 'editor', 'visitor']],
    [
      'viewers where what is above it is protected',
      [published, protect(top)],
      ['viewer', 'editor', 'visitor'],
    ],
    [
      'those who see where it is now',
      [published, movePage(page, null, { parent: null })],
      ['render', 'viewer', 'editor', 'visitor'],
    ],
    [
      'all readers where one of several pages is for them',
      [published, protect(page), pageWith(other, { photo: asset }), publishPage(other)],
      ['render', 'viewer', 'editor', 'visitor'],
    ],
  ])('%s', (_, history, expected) => {
    expect(shownTo(...history)).toEqual(expected);
  });
});

import { everywhere } from '../../src/access/rights.js';
import type { LabelVersion, UnlabelVersion } from '../../src/commands/pages/label-version.js';
import { createPage, deletePage, savePage } from '../support/commands.js';
import { given, refused } from '../support/given.js';

const history = [createPage('a'), savePage('a', 1, { title: 'two' })];
const labelled = (version: number, label = 'final'): LabelVersion => ({
  kind: 'label-version',
  page: 'a',
  label,
  version,
});
const unlabelled = (label = 'final'): UnlabelVersion => ({ kind: 'unlabel-version', page: 'a', label });

describe('a label', () => {
  it('names a version', () => {
    given(...history)
      .when(labelled(1), { rights: everywhere('editor') })
      .then([{ stream: 'a', type: 'PageLabelled', data: { label: 'final', version: 1 } }]);
  });

  it('goes on to another version', () => {
    given(...history, labelled(1))
      .when(labelled(2))
      .then([{ stream: 'a', type: 'PageLabelled', data: { label: 'final', version: 2 } }]);
  });

  it('that names the version already changes nothing', () => {
    given(...history, labelled(1))
      .when(labelled(1))
      .then([]);
  });

  it('is taken away', () => {
    given(...history, labelled(1))
      .when(unlabelled())
      .then([{ stream: 'a', type: 'PageUnlabelled', data: { label: 'final' } }]);
  });

  it.each([0, 3])('can not name version %d of two', (version) => {
    given(...history)
      .when(labelled(version))
      .then(refused('version-not-found', { version, newest: 2 }));
  });

  it('that is not there can not be taken away', () => {
    given(...history, labelled(1), unlabelled())
      .when(unlabelled())
      .then(refused('not-found'));
  });

  it('of a deleted page stays as it is', () => {
    const scene = given(...history, labelled(1), deletePage('a'));
    scene.when(labelled(2)).then(refused('page-deleted', { root: 'a' }));
    scene.when(unlabelled()).then(refused('page-deleted', { root: 'a' }));
  });

  it.each([labelled(1), unlabelled()])('is nothing for readers', (command) => {
    given(...history)
      .when(command, { rights: everywhere('render') })
      .then(refused('forbidden', { permission: 'save' }));
  });
});

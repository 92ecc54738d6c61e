import { everywhere } from '../../../src/access/rights.js';
import { pathsOf } from '../../support/paths.js';
import type { Command } from '../../../src/commands/index.js';
import { openHistoryLine } from '../../../src/exchange/git/history-line.js';
import {
  importGit,
  type ImportedHistory,
  type ImportGitOptions,
} from '../../../src/exchange/git/import-git.js';
import { readLog } from '../../../src/log/read-log.js';
import { ladder } from '../../support/ladder.js';
import { openInstallation, type Installation } from './installation.js';
import { longText, Repository, searchPath } from './repository.js';

let repository: Repository;
let installation: Installation;
beforeEach(() => {
  repository = new Repository();
  installation = openInstallation();
});
afterEach(() => {
  repository.remove();
});

async function run(options: ImportGitOptions = {}): Promise<ImportedHistory> {
  return importGit(await openHistoryLine(repository.directory, { searchPath }), options, {
    db: installation.db,
    submit: installation.submit,
    schemaVersion: ladder.finalized,
    progress: () => undefined,
    signal: new AbortController().signal,
  });
}

let edits = 0;
async function edit(...commands: readonly Command[]): Promise<void> {
  const outcome = await installation.submit({
    id: `edit ${++edits}`,
    at: '2021-01-01T00:00:00.000Z',
    by: { kind: 'token', id: 'editor', name: 'Editor' },
    rights: everywhere('admin'),
    comment: null,
    source: null,
    commands,
    idempotency: null,
    dryRun: false,
  });
  expect(outcome).toMatchObject({ kind: 'accepted' });
}

function idAt(path: string): string {
  const found = pathsOf(installation.db).get(path);
  if (found === undefined) throw new Error(`there is no page at ${path}`);
  return found;
}

/** Paths of the pages that are there, and what the documents say. */
function site(): Readonly<Record<string, unknown>> {
  const texts = new Map<string, unknown>();
  for (const event of readLog(installation.db)) {
    if ('content' in event)
      texts.set(event.stream, (JSON.parse(event.content) as { body?: string }).body ?? null);
  }
  return Object.fromEntries(installation.paths().map((path) => [path, texts.get(idAt(path))]));
}

const save = (page: string, body: string): Command => ({
  kind: 'save-page',
  page,
  expected: null,
  schemaVersion: ladder.finalized,
  form: 'document',
  document: { text: JSON.stringify({ title: 'T', body }), refusal: null },
});
const create = (type: string, parent: string | null, slug: string, body?: string): Command => ({
  kind: 'create-page',
  page: `00000000-0000-4000-8000-${String(++edits).padStart(12, '0')}`,
  type,
  schemaVersion: ladder.finalized,
  document: { text: JSON.stringify({ title: 'T', ...(body !== undefined && { body }) }), refusal: null },
  place: { parent, slug },
});
const move = (page: string, slug: string, parent: string | null = null): Command => ({
  kind: 'move-page',
  page,
  expected: null,
  parent,
  slug,
});
const remove = (page: string): Command => ({ kind: 'delete-page', page, expected: null });

/** Expects the default to stop with this, as often as it is tried, and to leave nothing of the commit. */
async function expectStop(commit: string, what: string): Promise<void> {
  const before = site();
  for (let times = 0; times < 2; times++) {
    const stopped = run();
    await expect(stopped).rejects.toThrow(`commit ${commit} ${what}`);
    await expect(stopped).rejects.toThrow('--on-conflict');
  }
  expect(site()).toEqual(before);
}

describe('a page that an editor saved', () => {
  let page: string;
  let second: string;
  beforeEach(async () => {
    repository.commit({ 'a.md': 'one', 'b.md': 'one' });
    await run();
    page = idAt('/a.md');
    await edit(save(page, 'edited'));
    repository.commit({ 'b.md': 'two' });
    second = repository.commit({ 'a.md': 'two', 'b.md': 'three' });
    repository.commit({ 'b.md': 'four' });
  });

  test('stops the import at the commit that edits it; what was before is kept', async () => {
    await expect(run()).rejects.toThrow(
      `commit ${second} edits /a.md (page ${page}), which an editor has saved: --on-conflict theirs`,
    );
    expect(site()).toEqual({ '/a.md': 'edited', '/b.md': 'two' });
    await expectStop(second, 'edits /a.md');
  });

  test('theirs: the repository’s text is saved on top, and goes on from there', async () => {
    await expectStop(second, 'edits /a.md').catch(() => undefined);
    expect(await run({ onConflict: 'theirs' })).not.toHaveProperty('skipped');
    expect(site()).toEqual({ '/a.md': 'two', '/b.md': 'four' });
    repository.commit({ 'a.md': 'three' });
    await run();
    expect(site()).toEqual({ '/a.md': 'three', '/b.md': 'four' });
  });

  test('ours: the editor’s text stays, and what was left out is told and noted', async () => {
    const why = 'which an editor has saved';
    expect(await run({ onConflict: 'ours' })).toMatchObject({
      complete: true,
      skipped: { count: 1, first: [{ commit: second, path: 'a.md', why }] },
    });
    expect(site()).toEqual({ '/a.md': 'edited', '/b.md': 'four' });
    const noted = [...readLog(installation.db)].find(({ changeset }) => changeset.source?.commit === second);
    expect(JSON.parse(noted?.changeset.source?.skipped ?? '')).toEqual([{ path: 'a.md', page, why }]);
    const third = repository.commit({ 'a.md': 'three' });
    await expectStop(third, 'edits /a.md');
    await run({ onConflict: 'ours' });
    expect(site()).toMatchObject({ '/a.md': 'edited' });
    await run({ onConflict: 'theirs' });
    expect(site()).toMatchObject({ '/a.md': 'three' });
  });
});

test.each<['theirs' | 'ours', unknown]>([
  ['theirs', {}],
  ['ours', { '/a.md': 'edited' }],
])('a page that an editor saved and a commit deletes: %s', async (onConflict, after) => {
  repository.commit({ 'a.md': 'one' });
  await run();
  await edit(save(idAt('/a.md'), 'edited'));
  const second = repository.commit({ 'a.md': null });
  await expectStop(second, 'deletes /a.md');
  await run({ onConflict });
  expect(site()).toEqual(after);
});

test.each<['theirs' | 'ours', unknown]>([
  ['theirs', { '/docs': null, '/docs/a.md': 'two' }],
  ['ours', { '/docs': null, '/moved': 'one' }],
])('a page that an editor moved and a commit edits: %s', async (onConflict, after) => {
  repository.commit({ 'docs/a.md': 'one', 'docs/b.md': 'x' });
  await run();
  await edit(move(idAt('/docs/a.md'), 'moved'));
  const second = repository.commit({ 'docs/a.md': 'two', 'docs/b.md': null });
  await expectStop(second, 'edits /docs/a.md');
  await run({ onConflict });
  expect(site()).toEqual(after);
});

test.each<['theirs' | 'ours', Record<string, string>]>([
  ['theirs', { '/b.md': longText('A') }],
  ['ours', { '/moved': longText('A') }],
])('a page that an editor and a commit moved: %s', async (onConflict, after) => {
  repository.commit({ 'a.md': longText('A') });
  await run();
  await edit(move(idAt('/a.md'), 'moved'));
  const second = repository.commit({ 'a.md': null, 'b.md': longText('A') });
  await expectStop(second, 'moves /a.md');
  await run({ onConflict });
  expect(site()).toEqual(after);
  repository.commit({ 'c.md': 'c' });
  await run({ onConflict });
  const fourth = repository.commit({ 'b.md': 'three' });
  if (onConflict === 'ours') await expectStop(fourth, 'edits /b.md, which is not there any more');
  await run({ onConflict: 'theirs' });
  expect(site()).toEqual({ ...after, '/b.md': 'three', '/c.md': 'c' });
});

test.each<['theirs' | 'ours', unknown]>([
  ['theirs', { '/docs': null, '/docs/a.md': 'two', '/docs/b.md': 'one' }],
  ['ours', {}],
])('a page that an editor deleted with its folder and a commit edits: %s', async (onConflict, after) => {
  repository.commit({ 'docs/a.md': 'one', 'docs/b.md': 'one' });
  await run();
  await edit(remove(idAt('/docs')));
  const second = repository.commit({ 'docs/a.md': 'two' });
  await expectStop(second, 'edits /docs/a.md');
  await run({ onConflict });
  expect(site()).toEqual(after);
});

test('a page that both deleted is gone, and may come again', async () => {
  repository.commit({ 'a.md': 'one', 'b.md': 'b' });
  await run();
  await edit(remove(idAt('/a.md')));
  repository.commit({ 'a.md': null });
  await run();
  repository.commit({ 'a.md': 'again' });
  await run();
  expect(site()).toEqual({ '/a.md': 'again', '/b.md': 'b' });
});

test.each<['theirs' | 'ours', unknown]>([
  ['theirs', { '/a.md': 'two', '/b.md': 'x' }],
  ['ours', { '/a.md': 'mine', '/b.md': 'x' }],
])('a document that an editor made where a file comes: %s', async (onConflict, after) => {
  repository.commit({ 'b.md': 'x' });
  await run();
  await edit(create('document', null, 'a.md', 'mine'));
  const second = repository.commit({ 'a.md': 'two' });
  await expect(run()).rejects.toThrow(
    `commit ${second} adds /a.md, where there is a page of type document already`,
  );
  await run({ onConflict });
  expect(site()).toEqual(after);
  repository.commit({ 'a.md': 'three' });
  if (onConflict === 'theirs') await run();
  else await run({ onConflict });
  expect(site()).toMatchObject({ '/a.md': onConflict === 'theirs' ? 'three' : 'mine' });
});

test.each<['theirs' | 'ours', unknown]>([
  ['theirs', { '/b.md': 'x' }],
  ['ours', { '/a.md': 'one', '/a.md/mine': null, '/b.md': 'x' }],
])('a page beneath one that a commit deletes: %s', async (onConflict, after) => {
  repository.commit({ 'a.md': 'one', 'b.md': 'x' });
  await run();
  await edit(create('page', idAt('/a.md'), 'mine'));
  const second = repository.commit({ 'a.md': null });
  await expectStop(second, 'deletes /a.md');
  await run({ onConflict });
  expect(site()).toEqual(after);
});

describe('what is no conflict', () => {
  beforeEach(async () => {
    repository.commit({ 'docs/a.md': longText('A'), 'b.md': 'x' });
    await run();
  });

  test('a page that was published and then edited: what was published stays so', async () => {
    await edit({ kind: 'publish-page', page: idAt('/docs/a.md') });
    repository.commit({ 'docs/a.md': 'two' });
    await run();
    const state = installation.db.prepare(
      'SELECT content_version, published_version FROM pages WHERE id = ?',
    );
    expect(state.get(idAt('/docs/a.md'))).toEqual({ content_version: 2, published_version: 1 });
  });

  test('a folder that was moved: its files go on in it, and new ones come there', async () => {
    await edit(move(idAt('/docs'), 'manual'));
    repository.commit({ 'docs/a.md': 'two', 'docs/c.md': 'c' });
    await run();
    expect(site()).toEqual({ '/b.md': 'x', '/manual': null, '/manual/a.md': 'two', '/manual/c.md': 'c' });
    repository.commit({ docs: null });
    await run();
    expect(site()).toEqual({ '/b.md': 'x', '/manual': null });
  });

  test('a page that was saved and then moved: it takes the editor’s text along', async () => {
    await edit(save(idAt('/docs/a.md'), 'edited'));
    repository.commit({ docs: null, 'a.md': longText('A') });
    await run();
    expect(site()).toEqual({ '/a.md': 'edited', '/b.md': 'x' });
  });

  test('a page of one’s own in a folder: it keeps the folder', async () => {
    await edit(create('page', idAt('/docs'), 'mine'));
    repository.commit({ docs: null });
    await run();
    expect(site()).toEqual({ '/b.md': 'x', '/docs': null, '/docs/mine': null });
  });
});

test('a page that was published and a commit deletes, or unpublished and a commit publishes, is a conflict', async () => {
  repository.commit({ 'a.md': 'one', 'b.md': 'one' });
  await run({ publish: true });
  await edit({ kind: 'unpublish-page', page: idAt('/a.md') });
  const second = repository.commit({ 'a.md': 'two' });
  await expect(run({ publish: true })).rejects.toThrow(
    `commit ${second} edits /a.md (page ${idAt('/a.md')}), which an editor has unpublished`,
  );
  await run();
  const third = repository.commit({ 'a.md': null });
  await expectStop(third, 'deletes /a.md');
});

describe('the page beneath which everything goes', () => {
  test('is remembered by its id: under its old path or its new one, the import goes on below it', async () => {
    await edit(create('folder', null, 'docs'));
    const docs = idAt('/docs');
    repository.commit({ 'a.md': '1' });
    await run({ parent: '/docs' });
    await edit(move(docs, 'handbook'));
    repository.commit({ 'a.md': '2', 'b.md': '2' });
    expect(await run({ parent: '/docs' })).toMatchObject({ commits: 1 });
    repository.commit({ 'b.md': '3' });
    expect(await run({ parent: '/handbook' })).toMatchObject({ commits: 1 });
    expect(site()).toEqual({ '/handbook': null, '/handbook/a.md': '2', '/handbook/b.md': '3' });
    await edit(create('folder', null, 'docs'));
    repository.commit({ 'b.md': '4' });
    expect(await run({ parent: '/docs' })).toMatchObject({ commits: 1 });
    expect(site()).toMatchObject({ '/docs': null, '/handbook/b.md': '4' });
  });

  test('that is another one at the path of the first gets pages of its own', async () => {
    await edit(create('folder', null, 'docs'));
    repository.commit({ 'a.md': '1' });
    await run({ parent: '/docs' });
    await edit(remove(idAt('/docs')));
    await expect(run({ parent: '/docs' })).rejects.toThrow('there is no page at /docs');
    await edit(create('folder', null, 'docs'));
    await run({ parent: '/docs' });
    expect(site()).toEqual({ '/docs': null, '/docs/a.md': '1' });
  });
});

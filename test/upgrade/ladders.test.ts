import { directoryOf } from '../ladder/rung-directory.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { adminSecret } from '../support/server.js';
import { expectLeft, makeSite, processesOn, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
const newest = buildOf('1.2.0');

const first = `export default ({ declare }) => declare({
  title: 'Documents',
  types: { document: { type: 'object', properties: { title: { type: 'string' }, heading: { type: 'string' } } } },
});
`;
const second = `export default ({ migration }) => migration({
  title: 'A document has a heading and a mood',
  types: { document: (type) =>
    type.remove('heading', { default: '' }).rename({ title: 'heading' }).add('mood', { type: 'string' }) },
});
`;
const third = `export default ({ migration }) => migration({
  title: 'A document has no mood',
  types: { document: (type) => type.remove('mood') },
  irreversible: 'moods were a mistake',
});
`;
const oneRung = directoryOf({ '0001-documents.mjs': first });
const twoRungs = directoryOf({ '0001-documents.mjs': first, '0002-heading.mjs': second });
const threeRungs = directoryOf({
  '0001-documents.mjs': first,
  '0002-heading.mjs': second,
  '0003-no-mood.mjs': third,
});
const withTone = directoryOf({
  '0001-documents.mjs': first,
  '0002-heading.mjs': second,
  '0003-tone.mjs': `export default ({ migration }) => migration({
  title: 'A document has a tone',
  types: { document: (type) => type.rename({ mood: 'tone' }) },
});
`,
});
const otherRungs = directoryOf({ '0001-documents.mjs': first.replace('Documents', 'Papers') });

/** A site of the older version, where pages are being written at schema version 1. */
async function siteUnderLoad() {
  const site = makeSite();
  await site.serve(older, { PALIMPSEST_MIGRATIONS: oneRung });
  const load = startLoad(site.port, 50);
  await until(() => load.report().acknowledged.length > 10, 'the load is running');
  const path = `/pages/${load.report().acknowledged[0]?.page ?? ''}/content`;
  return { site, load, path };
}

interface Written {
  readonly status: number;
  readonly id: string;
  readonly code: string | undefined;
}

async function write(
  site: Site,
  method: 'POST' | 'PUT',
  path: string,
  schemaVersion: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Written> {
  const response = await fetch(`http://127.0.0.1:${site.port}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminSecret}`,
      'schema-version': String(schemaVersion),
      'content-type': 'application/json',
      connection: 'close',
      ...headers,
    },
    body: JSON.stringify(body),
  });
  const { id = '', code } = (await response.json()) as { id?: string; code?: string };
  return { status: response.status, id, code };
}

function createAt(site: Site, schemaVersion: number, content: object): Promise<Written> {
  return write(site, 'POST', '/pages', schemaVersion, { type: 'document', content });
}

/** A save on top of a content version. */
async function saveAt(site: Site, schemaVersion: number, id: string, base: number, content: object) {
  const path = `/pages/${id}/content`;
  expect(await write(site, 'PUT', path, schemaVersion, content, { 'if-match': `"v${base}"` })).toMatchObject({
    status: 200,
  });
}

/** Every content version of a page as clients of each schema version see it. */
async function viewsOf(site: Site, id: string, versions: number, schemaVersions: readonly number[]) {
  const views = [];
  for (let version = 1; version <= versions; version++) {
    for (const schemaVersion of schemaVersions) {
      const { json } = await site.get(`/pages/${id}/versions/${version}`, schemaVersion);
      views.push({ version, schemaVersion, content: json['content'] });
    }
  }
  return views;
}

test('a version with one more rung takes over, and clients of both schema versions go on', async () => {
  const { site, load, path } = await siteUnderLoad();
  const { json } = await site.get(path, 1);
  expect(json).toEqual({ title: expect.any(String) as string });
  expect(await site.get(path, 2)).toMatchObject({ json: { code: 'schema-version-unknown' } });

  expect(await site.run(newer, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect((await site.system()).version).toBe('1.1.0');
  expect((await site.get(path, 1)).json).toEqual(json);
  expect((await site.get(path, 2)).json).toEqual({ heading: json['title'] });

  // Nobody has used the rung, so the older version can read everything.
  expect(await site.run(older, 'revert', '--migrations', oneRung)).toMatchObject({ code: 0 });
  expect((await site.system()).version).toBe('1.0.0');
  expect((await site.get(path, 1)).json).toEqual(json);
  const { failures } = await load.stop();
  expect(failures).toEqual([]);
  expect(await site.run(older, 'verify', '--migrations', oneRung)).toMatchObject({ code: 0 });
});

test('the older version shows what was saved above its ladder as the newer one did, and nothing is lost on the way up', async () => {
  const { site, load } = await siteUnderLoad();
  const { id } = await createAt(site, 1, { title: 'First', heading: 'hidden above' });
  expect(await site.run(newer, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  await saveAt(site, 2, id, 1, { heading: 'Second', mood: 'hidden below' });
  const made = await createAt(site, 2, { heading: 'Made above', mood: 'good' });
  const shown = await viewsOf(site, id, 2, [1]);
  expect(shown.at(-1)?.content).toEqual({ title: 'Second', heading: 'hidden above' });
  const positionAbove = (await site.system()).position;

  expect(await site.run(older, 'revert', '--migrations', oneRung)).toMatchObject({ code: 0 });
  expect((await site.system()).version).toBe('1.0.0');
  expect(await viewsOf(site, id, 2, [1])).toEqual(shown);
  expect((await site.get(`/pages/${made.id}/content?asOf=${positionAbove}`, 1)).json).toEqual({
    title: 'Made above',
    heading: '',
  });
  expect((await site.get(`/pages/${made.id}`)).json).toMatchObject({
    title: 'Made above',
    schemaVersion: 1,
    storedSchemaVersion: 2,
  });
  expect((await site.get(`/pages/${id}`, 2)).json).toMatchObject({ code: 'schema-version-unknown' });
  await saveAt(site, 1, id, 2, { title: 'Third', heading: 'changed below' });
  expect(await site.run(older, 'verify', '--migrations', oneRung)).toMatchObject({ code: 0 });

  expect(await site.run(newer, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect((await viewsOf(site, id, 2, [1])).slice(0, 2)).toEqual(shown);
  expect((await site.get(`/pages/${id}/content`, 2)).json).toEqual({
    heading: 'Third',
    mood: 'hidden below',
  });
  expect((await site.get(`/pages/${id}/content`, 1)).json).toEqual({
    title: 'Third',
    heading: 'changed below',
  });
  expect((await load.stop()).failures).toEqual([]);
  expect(await site.run(newer, 'verify', '--migrations', twoRungs)).toMatchObject({ code: 0 });
});

test('once a rung is used, no version without it goes forward, and none with another in its place', async () => {
  const { site, load, path } = await siteUnderLoad();
  expect(await site.run(newer, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect((await createAt(site, 2, { heading: 'New' })).status).toBe(201);
  const tooNew = 'holds content of schema version 2, this program knows versions up to 1';
  for (const [main, verb, rungs, sentence] of [
    [newest, 'upgrade', oneRung, tooNew],
    [newest, 'upgrade', otherRungs, 'rung 1 is not the one'],
    [older, 'revert', otherRungs, 'rung 1 is not the one'],
  ] as const) {
    const { code, output } = await site.run(main, verb, '--migrations', rungs);
    expect(output).toContain(sentence);
    expect(code).toBe(78);
  }
  expect((await site.system()).version).toBe('1.1.0');
  expect(await site.run(newest, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect((await site.get(path, 2)).status).toBe(200);
  expect((await load.stop()).failures).toEqual([]);
  expect(await site.run(newest, 'verify', '--migrations', twoRungs)).toMatchObject({ code: 0 });
});

test('back by two releases and up by one: who was in charge before can show what was saved above it', async () => {
  const site = makeSite();
  await site.serve(older, { PALIMPSEST_MIGRATIONS: oneRung });
  const { id } = await createAt(site, 1, { title: 'First' });
  expect(await site.run(newer, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect(await site.run(newest, 'upgrade', '--migrations', withTone)).toMatchObject({ code: 0 });
  await saveAt(site, 3, id, 1, { heading: 'Third', tone: 'good' });
  const shown = await viewsOf(site, id, 2, [1, 2]);

  expect(await site.run(older, 'revert', '--migrations', oneRung)).toMatchObject({ code: 0 });
  expect(await site.run(newer, 'upgrade', '--check', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect(await site.run(newer, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect((await site.system()).version).toBe('1.1.0');
  expect(await viewsOf(site, id, 2, [1, 2])).toEqual(shown);
});

test('who was never in charge can not show what was saved above it, and is told who can', async () => {
  const site = makeSite();
  await site.serve(older, { PALIMPSEST_MIGRATIONS: oneRung });
  const { id } = await createAt(site, 1, { title: 'First' });
  expect(await site.run(newest, 'upgrade', '--migrations', withTone)).toMatchObject({ code: 0 });
  await saveAt(site, 3, id, 1, { heading: 'Third', tone: 'good' });
  expect(await site.run(newer, 'revert', '--migrations', twoRungs)).toMatchObject({
    code: 78,
    output: expect.stringContaining(
      `and was not in charge before (a program of schema version 1 can): page ${id} version 2`,
    ) as string,
  });
});

test('a rung without a way down waits until nobody goes back; after that, nobody can', async () => {
  const { site, load } = await siteUnderLoad();
  const { id } = await createAt(site, 1, { title: 'First' });
  expect((await site.run(newer, 'upgrade', '--check', '--migrations', threeRungs)).output).toContain(
    'waits         schema version 3 (A document has no mood), which has no way down: moods were a mistake',
  );
  expect(await site.run(newer, 'upgrade', '--migrations', threeRungs)).toMatchObject({ code: 0 });
  const schema = (await site.get('/schema')).json;
  expect(schema).toMatchObject({ current: 3, finalized: 2, minimum: 1 });
  for (const answer of [
    (await site.get(`/pages/${id}`, 3)).json,
    await createAt(site, 3, { heading: 'Early' }),
  ]) {
    expect(answer).toMatchObject({ code: 'schema-not-finalized', status: 409 });
  }
  await saveAt(site, 2, id, 1, { heading: 'Second', mood: 'good' });
  expect((await site.run(newer, 'status', '--migrations', threeRungs)).output).toContain(
    'waiting       schema versions 3',
  );

  expect(await site.run(newer, 'finalize', '--migrations', threeRungs)).toMatchObject({ code: 0 });
  expect((await site.get('/schema')).json).toMatchObject({ current: 3, finalized: 3, minimum: 3 });
  await expectLeft(site, []);
  // Whoever still speaks an older version is told so; the load does.
  expect((await site.get(`/pages/${id}`, 1)).json).toMatchObject({ code: 'schema-version-too-old' });
  await load.stop();
  await saveAt(site, 3, id, 2, { heading: 'Third' });
  const { code, output } = await site.run(older, 'revert', '--migrations', oneRung);
  expect(output).toContain(`page ${id} version 3 (schema version 3)`);
  expect(output).toContain(`page ${id} version 2 (schema version 2)`);
  expect(code).toBe(78);
  expect(await site.run(newer, 'verify', '--migrations', threeRungs)).toMatchObject({ code: 0 });
});

test('one program takes over from itself with a longer ladder, and back', async () => {
  const { site, load, path } = await siteUnderLoad();
  expect(await site.run(older, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect((await site.get(path, 2)).status).toBe(200);
  expect((await createAt(site, 2, { heading: 'New' })).status).toBe(201);
  expect(await site.run(older, 'upgrade', '--migrations', twoRungs)).toMatchObject({
    code: 0,
    output: expect.stringContaining('nothing to do') as string,
  });
  expect(await site.run(older, 'upgrade', '--migrations', oneRung)).toMatchObject({
    code: 78,
    output: expect.stringContaining('palimpsest revert') as string,
  });
  expect(await site.run(older, 'revert', '--migrations', oneRung)).toMatchObject({ code: 0 });
  expect((await site.get(path, 2)).json).toMatchObject({ code: 'schema-version-unknown' });
  expect((await load.stop()).failures).toEqual([]);
  expect(await site.run(older, 'verify', '--migrations', oneRung)).toMatchObject({ code: 0 });
});

test('who forgets the ladder at a restart does not go back by accident', async () => {
  const { site, load } = await siteUnderLoad();
  expect(await site.run(older, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect((await createAt(site, 2, { heading: 'New' })).status).toBe(201);
  await load.stop();
  for (const pid of processesOn(site.data)) process.kill(pid, 'SIGTERM');
  await until(() => processesOn(site.data).length === 0, 'nobody is left');
  await site.serve(older, { PALIMPSEST_MIGRATIONS: oneRung });
  expect((await fetch(`http://127.0.0.1:${site.port}/readyz`)).status).toBe(503);
  expect(await site.run(older, 'verify', '--migrations', oneRung)).toMatchObject({ code: 78 });
});

test('a program older than the one in charge serves only by way of a revert', async () => {
  const { site, load } = await siteUnderLoad();
  expect(await site.run(newer, 'upgrade', '--migrations', oneRung)).toMatchObject({ code: 0 });
  const { answered } = load.report();
  await until(() => load.report().answered > answered + 50, 'the newer version has written');
  await load.stop();
  for (const pid of processesOn(site.data)) process.kill(pid, 'SIGTERM');
  await until(() => processesOn(site.data).length === 0, 'nobody is left');
  for (const args of [
    ['serve', '--port', '0'],
    ['token', 'create', '--role', 'editor'],
  ]) {
    const { code, output } = await site.run(older, ...args, '--migrations', oneRung);
    expect(output).toContain('the database belongs to 1.1.0: to go back, run `palimpsest revert`');
    expect(code).toBe(78);
  }
  expect(await site.run(older, 'revert', '--migrations', oneRung)).toMatchObject({ code: 0 });
  await site.serve(older, { PALIMPSEST_MIGRATIONS: oneRung });
  expect((await site.system()).version).toBe('1.0.0');
});

test('projections that a newer program makes otherwise are not put into a server of an older one', async () => {
  const site = makeSite();
  await site.serve(older, { PALIMPSEST_MIGRATIONS: oneRung });
  const { id } = await createAt(site, 1, { title: 'First' });
  expect(await site.run(newer, 'rebuild', '--migrations', twoRungs)).toMatchObject({
    code: 78,
    output: expect.stringContaining(
      'the version that serves makes projection versions otherwise: run the `palimpsest rebuild` of that version',
    ) as string,
  });
  expect((await site.get(`/pages/${id}`, 1)).json).toMatchObject({ content: { title: 'First' } });
  expect(await site.run(older, 'verify', '--migrations', oneRung)).toMatchObject({ code: 0 });
});

test('a version that dies soon after is started again with its own ladder', async () => {
  const { site, load, path } = await siteUnderLoad();
  await load.stop();
  const before = processesOn(site.data);
  expect(await site.run(newer, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  const { epoch } = await site.system();
  for (const pid of processesOn(site.data)) if (!before.includes(pid)) process.kill(pid, 'SIGKILL');
  await until(async () => (await epochOf(site)) > epoch, 'it is started again');
  expect(await site.get(path, 2)).toMatchObject({
    status: 200,
    json: { heading: expect.any(String) as string },
  });
});

async function epochOf(site: Site): Promise<number> {
  try {
    return (await site.system()).epoch;
  } catch {
    return 0;
  }
}

import { directoryOf } from '../ladder/rung-directory.js';
import { buildOf } from '../support/builds.js';
import { startLoad } from '../support/load.js';
import { adminSecret } from '../support/server.js';
import { makeSite, processesOn, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
const newest = buildOf('1.2.0');

const first = `export default ({ declare }) => declare({
  title: 'Documents',
  types: { document: { type: 'object', properties: { title: { type: 'string' }, heading: { type: 'string' } } } },
});
`;
const second = `export default ({ migration }) => migration({
  title: 'A document has a heading',
  types: { document: (type) => type.remove('heading', { default: '' }).rename({ title: 'heading' }) },
});
`;
const oneRung = directoryOf({ '0001-documents.mjs': first });
const twoRungs = directoryOf({ '0001-documents.mjs': first, '0002-heading.mjs': second });
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

async function createAt(site: Site, schemaVersion: number, content: object): Promise<number> {
  const { status } = await fetch(`http://127.0.0.1:${site.port}/pages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${adminSecret}`,
      'schema-version': String(schemaVersion),
      'content-type': 'application/json',
      connection: 'close',
    },
    body: JSON.stringify({ type: 'document', content }),
  });
  return status;
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

test('once a rung is used, no version without it takes over, and none with another in its place', async () => {
  const { site, load, path } = await siteUnderLoad();
  expect(await site.run(newer, 'upgrade', '--migrations', twoRungs)).toMatchObject({ code: 0 });
  expect(await createAt(site, 2, { heading: 'New' })).toBe(201);
  const tooNew = 'holds content of schema version 2, this program knows versions up to 1';
  for (const [main, verb, rungs, sentence] of [
    [older, 'revert', oneRung, tooNew],
    [newest, 'upgrade', oneRung, tooNew],
    [newest, 'upgrade', otherRungs, 'rung 1 is not the one'],
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

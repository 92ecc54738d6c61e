import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeServer } from '../support/server.js';
import { run, temporaryDirectory } from './run.js';
import { byCode, check, first, rungsOf } from './checked-rungs.js';

describe('migrations check --against', () => {
  const migrations = rungsOf(first);
  const server = makeServer({ PALIMPSEST_MIGRATIONS: migrations });
  const ids: string[] = [];

  beforeAll(async () => {
    await server.start();
    for (const text of ['short', 'a text that is too long']) {
      const body = { type: 'note', content: { title: 'A', text } };
      const { json } = await server.request('POST', '/pages', { body, headers: { 'Schema-Version': '1' } });
      ids.push(json.id);
    }
    // The first page has become too long as well, and is as it was again.
    const sending = {
      body: { title: 'A', text: 'grown too long' },
      headers: { 'Schema-Version': '1', 'If-Match': '"v1"' },
    };
    await server.request('PUT', `/pages/${ids[0] ?? ''}/content`, sending);
    await server.request('POST', `/pages/${ids[0] ?? ''}/restore`, {
      body: { version: 1 },
      headers: { 'If-Match': '"v2"' },
    });
    await server.stop();
  });
  afterAll(() => server.remove());

  const against = (second: string) => {
    writeFileSync(join(migrations, '0002-second.mjs'), second);
    return check(migrations, '--no-cases', '--against', server.directory);
  };

  test('names page, version, rung and place of what a rung makes invalid, before anything is deployed', async () => {
    const { code, report } = await against(`export default ({ migration }) => migration({
      title: 'Short texts',
      types: { note: (t) => t.convert('text', { up: (v) => v, down: (v) => v, schema: { type: 'string', maxLength: 9 } }) },
    });`);
    expect(code).toBe(65);
    expect(report.stored).toMatchObject({ versions: 3, minimum: null });
    // In the order of the log: the second page was made before the first was saved again.
    expect(
      report.stored?.failures.map(({ page, version, rung, pointer }) => [page, version, rung, pointer]),
    ).toEqual([
      [ids[1], 1, 2, '/text'],
      [ids[0], 2, 2, '/text'],
    ]);
  });

  test('tells what is hidden, and that everything can be served', async () => {
    const { code, report } = await against(`export default ({ migration }) => migration({
      title: 'No texts', types: { note: (t) => t.remove('text') },
    });`);
    expect(code).toBe(0);
    expect(report.stored).toEqual({
      versions: 3,
      failures: [],
      losses: [{ rung: 2, pointer: '/text', versions: 3 }],
      minimum: 1,
    });
  });

  test('raises the minimum to a rung that has no way down', async () => {
    const { report } = await against(`export default ({ migration }) => migration({
      title: 'No texts', irreversible: 'texts are gone', types: { note: (t) => t.remove('text') },
    });`);
    expect(report.stored?.minimum).toBe(2);
    expect(report.rungs[1]).toMatchObject({ irreversible: 'texts are gone' });
  });

  test('stops at a rung that loops on what is stored, and says on which page', async () => {
    const loops = "({ text }) => { if (text === 'grown too long') for (;;); return { body: text }; }";
    const { code, report } = await against(byCode(loops));
    expect(code).toBe(65);
    const [finding] = report.findings.filter(({ message }) => message.includes('does not come to an end'));
    expect(finding).toMatchObject({
      rung: 2,
      message: expect.stringContaining(`page ${ids[0] ?? ''}`) as string,
    });
  });

  test('is refused where there is no database, and where a rung that was used has changed', async () => {
    const nowhere = temporaryDirectory();
    const options = ['migrations', 'check', '--runs', '1', '--migrations', migrations, '--against'];
    expect(await run(...options, nowhere)).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('no database') as string,
    });
    writeFileSync(join(migrations, '0001-notes.mjs'), `${first}\n// changed`);
    expect(await run(...options, server.directory)).toMatchObject({
      code: 78,
      stderr: expect.stringContaining('rung 1 is not the one') as string,
    });
  });
});

test('migrations check --against judges what clients will see of a save that was merged', async () => {
  const pages = `export default ({ declare }) => declare({
    title: 'Pages', types: { page: { type: 'object', properties: { rows: { type: 'array' } } } } });`;
  // Older clients don't see hidden rows, and nobody sees more than two of them above.
  const hiding = `export default ({ migration }) => migration({ title: 'Hidden rows', types: { page: (t) => t.convert('rows', {
    up: (rows) => rows, down: (rows) => rows.filter(({ hidden }) => !hidden), lossy: 'hidden rows' }) } });`;
  const bounding = `export default ({ migration }) => migration({ title: 'Two rows', types: { page: (t) => t.convert('rows', {
    up: (rows) => rows, down: (rows) => rows, schema: { type: 'array', maxItems: 2 } }) } });`;
  const migrations = rungsOf(pages, hiding);
  const server = makeServer({ PALIMPSEST_MIGRATIONS: migrations });
  await server.start();
  const [hidden, row] = [{ hidden: true }, { n: 1 }];
  const { json } = await server.request('POST', '/pages', {
    body: { type: 'page', content: { rows: [hidden, row] } },
    headers: { 'Schema-Version': '2' },
  });
  const saved = await server.request('PUT', `/pages/${json.id}/content`, {
    body: { rows: [row, { n: 2 }] },
    headers: { 'Schema-Version': '1', 'If-Match': '"v1"' },
  });
  expect(saved.status).toBe(200);
  await server.stop();
  writeFileSync(join(migrations, '0003-third.mjs'), bounding);
  const { code, report } = await check(migrations, '--no-cases', '--against', server.directory);
  await server.remove();
  expect(code).toBe(65);
  const [failure, ...others] = report.stored?.failures ?? [];
  expect(failure).toMatchObject({ page: json.id, version: 2, rung: 3, schemaVersion: 3, pointer: '/rows' });
  expect(failure?.message).toContain('merged with what clients there had');
  expect([others, report.stored?.minimum]).toEqual([[], null]);
});

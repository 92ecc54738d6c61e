import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeServer } from '../support/server.js';
import type { CheckReport } from '../../src/cli/migrations/check-report.js';
import { run, sentence, start, temporaryDirectory } from './run.js';

const first = `export default ({ declare }) => declare({
  title: 'Notes',
  types: { note: { type: 'object', required: ['title'], properties: { title: { type: 'string' }, text: { type: 'string' } } } },
});`;

/** A rung with one function in it: `text` becomes `body`. */
const byCode = (up: string, down = '({ body }) => (body === undefined ? {} : { text: body })') => `
export default ({ migration, code }) => migration({
  title: 'By code',
  types: { note: code({ reads: ['text'], writes: { body: { type: 'string' } }, up: ${up}, down: ${down} }) },
});`;
const plainUp = '({ text }) => (text === undefined ? {} : { body: text })';

function rungsOf(...texts: readonly string[]): string {
  const directory = temporaryDirectory();
  for (const [index, text] of texts.entries()) {
    writeFileSync(join(directory, index === 0 ? '0001-notes.mjs' : '0002-second.mjs'), text);
  }
  return directory;
}

function rungs(second: string): string {
  return rungsOf(first, second);
}

async function check(migrations: string, ...more: readonly string[]) {
  const { code, stdout, stderr } = await run(
    ...['migrations', 'check', '--migrations', migrations, '--runs', '30', '--seed', '1', '--json', ...more],
  );
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as CheckReport };
}

const laws = ({ findings }: CheckReport) => findings.map(({ law }) => law);

describe('migrations check refuses', () => {
  test('a ladder that can not be loaded', async () => {
    expect(await run('migrations', 'check', '--migrations', rungs('export default 1'))).toEqual({
      code: 78,
      stdout: '',
      stderr: sentence('0002-second.mjs'),
    });
  });

  test.each([
    ['exits', 'process.exit(0);'],
    ['waits for ever', 'await new Promise(() => undefined);'],
  ])('a rung that %s when it is loaded, and so does the server', async (_what, statement) => {
    const migrations = rungs(`${statement} export default 1;`);
    const ends = 'ends the program when it is loaded, or does not come to an end';
    expect(await run('migrations', 'check', '--migrations', migrations)).toEqual({
      code: 78,
      stdout: '',
      stderr: sentence(`rung 2 (0002-…) ${ends}`),
    });
    const data = join(temporaryDirectory(), 'data');
    expect(await run('serve', '--data', data, '--migrations', migrations)).toMatchObject({
      code: 78,
      stderr: sentence('0002-second.mjs: it ends the program when it is loaded, or does not come to an end'),
    });
  });

  test.each([
    ['serve', '--data', join(temporaryDirectory(), 'none')],
    ['migrations', 'lock'],
  ])('a rung that goes on for ever when it is loaded, in %s, too', async (...verb) => {
    const migrations = rungs('for (;;);');
    expect(await run(...verb, '--migrations', migrations)).toMatchObject({
      code: 78,
      stderr: sentence('0002-second.mjs: it ends the program when it is loaded, or does not come to an end'),
    });
  });

  test('a rung with a JSON Schema that is none: by rung, type and field', async () => {
    const schema = `export default ({ migration }) => migration({
      title: 'x', types: { note: (t) => t.add('size', { type: 'whole' }) } });`;
    const { code, stderr } = await run('migrations', 'check', '--migrations', rungs(schema));
    expect([code, stderr]).toEqual([
      78,
      sentence(
        '0002-second.mjs: schema version 2: type "note": schema is invalid: data/properties/size/type',
      ),
    ]);
  });

  test('a number of runs that is none', async () => {
    expect((await run('migrations', 'check', '--runs', '0')).code).toBe(64);
  });

  test('a file among the cases that is none', async () => {
    const migrations = rungs(byCode(plainUp));
    mkdirSync(join(migrations, 'cases'));
    writeFileSync(join(migrations, 'cases', '0002-faithful-x.json'), '{"law":"gravity"}');
    expect(await run('migrations', 'check', '--migrations', migrations)).toEqual({
      code: 65,
      stdout: '',
      stderr: sentence('is no case: there is no law "gravity"'),
    });
  });
});

describe('migrations check finds a rung that', () => {
  test('loops, and names it with the document that it loops on', async () => {
    const loops =
      "({ text }) => { if (text === 'alpha') for (;;); return text === undefined ? {} : { body: text }; }";
    const { code, report } = await check(rungs(byCode(loops)), '--runs', '200');
    expect(code).toBe(65);
    const finding = report.findings.find(({ message }) => message.includes('does not come to an end'));
    expect(finding).toMatchObject({ law: 'totality', rung: 2, type: 'note' });
    expect(JSON.stringify(finding?.trial?.history)).toContain('"text":"alpha"');
  });

  test('looks for a word that stands in it alone, and changes that', async () => {
    const shouts = byCode("({ text }) => (text === undefined ? {} : { body: text.replace('[shout]', '') })");
    const { code, report } = await check(rungs(shouts));
    expect([code, laws(report)]).toEqual([65, expect.arrayContaining(['faithful'])]);
  });

  test('looks at the clock, however fast it is run twice', async () => {
    const { code, report } = await check(rungs(byCode('() => ({ body: new Date().toISOString() })')));
    expect(code).toBe(65);
    expect(laws(report)).toContain('purity');
  });

  test('forgets a field, and keeps the example as a case that is tried first ever after', async () => {
    const migrations = rungs(byCode(plainUp, '() => ({})'));
    const { code, report } = await check(migrations);
    expect(code).toBe(65);
    expect(laws(report)).toContain('faithful');
    const cases = join(migrations, 'cases');
    expect(readdirSync(cases).every((name) => /^0002-[a-z-]+-[0-9a-f]{8}\.json$/.test(name))).toBe(true);
    const file = report.findings.find(({ law }) => law === 'faithful')?.file ?? '';
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ law: 'faithful', type: 'note', seed: 1 });

    const again = await check(migrations, '--runs', '1', '--seed', '2');
    expect(again.report.findings.map((finding) => finding.file)).toContain(file);

    writeFileSync(join(migrations, '0002-second.mjs'), byCode(plainUp));
    expect(await check(migrations)).toMatchObject({ code: 0, report: { sound: true, findings: [] } });
  });

  test('is faulty without writing anything, if asked to', async () => {
    const migrations = rungs(byCode(plainUp, '() => ({})'));
    expect((await check(migrations, '--no-cases')).code).toBe(65);
    expect(readdirSync(migrations)).toEqual(['0001-notes.mjs', '0002-second.mjs']);
  });
});

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

test('the ladder of this program is sound, and is told rung by rung', async () => {
  const cwd = temporaryDirectory();
  const { code, stdout } = await start(['migrations', 'check', '--runs', '20', '--seed', '1'], { cwd }).ended;
  expect(stdout).toMatch(/^rung +title +lossy +irreversible +result\n1 /);
  expect(stdout).toMatch(/\nno findings with 20 examples of each kind, seed 1\n$/);
  expect(code).toBe(0);
});

test('Ctrl-C ends it cleanly', async () => {
  const checking = start(['migrations', 'check', '--runs', '100000'], { cwd: temporaryDirectory() });
  checking.process.stderr?.once('data', () => checking.process.kill('SIGINT'));
  expect(await checking.ended).toMatchObject({ code: 75, stdout: '' });
});

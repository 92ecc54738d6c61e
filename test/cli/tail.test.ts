import { createHash } from 'node:crypto';
import { createPage, save } from '../support/pages.js';
import { adminSecret, makeServer } from '../support/server.js';
import { run, sentence, start } from './run.js';

const server = makeServer();
const data = server.directory;
let page: string;
beforeAll(async () => {
  await server.start();
  page = (await createPage(server, { slug: 'a' })).id;
  await save(server, page, 1, { title: 'Second' });
});
afterAll(() => server.remove());

interface Line {
  readonly position: number;
}

const parsed = (stdout: string): readonly Line[] =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

test.each(['x', '-1', '1.5', ''])('--after %s is refused', async (after) => {
  expect(await run('tail', '--data', data, `--after=${after}`)).toEqual({
    code: 64,
    stdout: '',
    stderr: sentence(`--after has to be a log position, not "${after}"`),
  });
});

test('--after a position that has not happened yet is refused', async () => {
  const end = await server.position();
  expect(await run('tail', '--data', data, '--after', String(end + 1))).toEqual({
    code: 64,
    stdout: '',
    stderr: sentence(`--after ${end + 1} has not happened yet: the log ends at ${end}`),
  });
});

test('what was there and what happens, one line each', async () => {
  const tail = start(['tail', '--after', '1', '--data', data]);
  await tail.says(new RegExp(`^2  \\S+Z  PageCreated {6}${page}  /a  `, 'm'));
  const headers = { 'schema-version': '1', 'if-match': '"v2"', comment: 'Why' };
  const body = { title: 'Third' };
  await server.request('PUT', `/pages/${page}/content`, { headers, body });
  await tail.says(new RegExp(`^4  \\S+Z  PageSaved {8}${page}  /a  .*"version":3.*  "Why"$`, 'm'));
  const { code, stdout, stderr } = await tail.end('SIGINT');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').map((line) => line.slice(0, 1))).toEqual(['2', '3', '4', '']);
});

test('as JSON, each line is what the feed says, content as it was sent, with the path of its page', async () => {
  const tail = start(['tail', '--after', '0', '--data', data, '--json']);
  const position = await server.position();
  await tail.says(new RegExp(`^\\{"position":${position},.*\\n`, 'm'));
  await save(server, page, position - 1, { title: 'Line\nend' });
  await tail.says(new RegExp(`^\\{"position":${position + 1},.*\\n`, 'm'));
  const { stdout } = await tail.end('SIGTERM');
  const feed = await server.request('GET', '/events?after=0');
  const asSent = feed.json.items.map(({ storedSchemaVersion, ...event }) => ({
    ...event,
    ...(storedSchemaVersion !== undefined && { schemaVersion: storedSchemaVersion }),
    ...(event.stream === page && { path: '/a' }),
  }));
  expect(parsed(stdout)).toEqual(asSent);
});

test.each([[[]], [['--json']]])('nothing of a token by which it could be known, with %j', async (options) => {
  const tail = start(['tail', '--after', '0', '--data', data, ...options]);
  await tail.says(/TokenCreated.*\n/);
  const { stdout } = await tail.end('SIGTERM');
  expect(stdout).toContain('"role":"admin"');
  expect(stdout).not.toContain(createHash('sha256').update(adminSecret).digest('hex'));
});

test('without a position, from now on', async () => {
  const tail = start(['tail', '--data', data, '--json']);
  // It says nothing before something happens, so things happen until it does.
  const seen = new AbortController();
  const said = tail.says(/\n/).finally(() => {
    seen.abort();
  });
  const before = await server.position();
  while (!seen.signal.aborted) await createPage(server);
  await said;
  const [first] = parsed((await tail.end('SIGTERM')).stdout);
  expect(first?.position).toBeGreaterThan(before);
});

test('a reader that has had enough', async () => {
  const tail = start(['tail', '--after', '0', '--data', data]);
  tail.process.stdout?.destroy();
  expect(await tail.ended).toMatchObject({ code: 0, stderr: '' });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDiskFaults } from '../../bench/torture/disk-faults.js';
import { createPage, speaks } from '../support/pages.js';
import { makeServer, type Answer, type Server } from '../support/server.js';

const workshop = mkdtempSync(join(tmpdir(), 'palimpsest-disk-'));
const source = fileURLToPath(new URL('../../bench/torture/disk-faults.c', import.meta.url));
const faults = buildDiskFaults(source, workshop);
if (typeof faults === 'string') process.stdout.write(`${faults}\n`);

/** Where no compiler is, no disk fails. */
(typeof faults === 'string' ? describe.skip : describe)('A disk', () => {
  if (typeof faults === 'string') return;
  let server: Server;
  let before: string;
  beforeEach(async () => {
    server = makeServer(faults.env);
    await server.start();
    before = (await createPage(server, { slug: 'before' })).id;
  });
  afterEach(async () => {
    faults.end();
    await server.remove();
  });
  afterAll(() => {
    rmSync(workshop, { recursive: true });
  });

  const create = (slug: string): Promise<Answer> => {
    const body = { type: 'document', slug, content: { title: 'x', body: 'x'.repeat(100_000) } };
    return server.request('POST', '/pages', { headers: speaks, body });
  };

  it.each([
    ['that writes nothing', 'w'],
    ['that can not sync', 'f'],
  ] as const)('%s ends the server, which says up to where all is well', async (_what, kind) => {
    const position = await server.position();
    faults.begin(kind);
    await expect(create('lost')).rejects.toThrow('there is no answer');
    expect(await server.stop()).toBe(69); // it has ended by itself
    expect(server.log).toMatch(
      new RegExp(
        `^palimpsest: the disk failed at writing \\(.+\\): everything up to position ${position} was acknowledged, .+ look after the disk, then start again\n$`,
        'm',
      ),
    );
    faults.end();
    await server.start();
    expect((await server.request('GET', `/pages/${before}`)).status).toBe(200);
    expect((await create('after')).status).toBe(201);
  });

  it('that is full refuses writes until it is not, and one that writes less at once is written to', async () => {
    faults.begin('n');
    const refused = await create('refused');
    expect([refused.status, refused.json.code]).toEqual([507, 'insufficient-storage']);
    expect((await server.request('GET', `/pages/${before}`)).status).toBe(200);
    faults.begin('s');
    expect((await create('short')).status).toBe(201);
    faults.end();
    expect((await create('refused')).status).toBe(201);
    expect(await server.stop()).toBe(0);
  });
});

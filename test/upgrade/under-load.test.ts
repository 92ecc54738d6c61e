import { join } from 'node:path';
import { openStream } from '../support/event-stream.js';
import { adminSecret } from '../support/server.js';
import { buildOf } from '../support/builds.js';
import { startLoad, trickle, type Acknowledged } from '../support/load.js';
import { chainOf, expectLeft, makeSite, until, type Site } from './releases.js';

const older = buildOf('1.0.0');
const newer = buildOf('1.1.0');
const ratePerSecond = 500;

function expectAllKept(site: Site, acknowledged: readonly Acknowledged[]): void {
  const events = chainOf(join(site.data, 'db.sqlite'));
  const lost = acknowledged.filter(({ page, position }) => events[position - 1]?.stream !== page);
  expect(lost).toEqual([]);
}

test.each([
  ['started by the running version', ['upgrade']],
  ['started by the operator', ['upgrade', '--here']],
])('nobody notices that a version %s takes over', async (_how, args) => {
  const site = makeSite();
  const old = await site.serve(older);
  const load = startLoad(site.port, ratePerSecond);
  await until(() => load.report().acknowledged.length > 100, 'the load is running');
  const stream = await openStream(`http://127.0.0.1:${site.port}`, adminSecret, {}, '?after=0');
  const streamed: number[] = [];
  const streaming = (async () => {
    for await (const { id } of stream.events) streamed.push(id);
  })();
  const before = await site.system();
  const asOf = (await site.get(`/tree?asOf=${before.position}`)).json;
  const slow = trickle(site.port, 9_000_000, 5_000);

  const upgrade = site.start(newer, args);
  await until(async () => (await site.system()).version === '1.1.0', 'the newer version serves');
  expect(await slow).toMatchObject({ status: 201 });
  expect(await old.ended).toMatchObject({ code: 0 });
  await until(() => load.report().answered > 3000, 'the load went on');
  const { failures, acknowledged } = await load.stop();
  expect(failures).toEqual([]);
  expectAllKept(site, acknowledged);

  // The stream ended; its client comes back with the last id, and misses nothing.
  await streaming;
  const last = streamed.at(-1) ?? 0;
  const again = await openStream(`http://127.0.0.1:${site.port}`, adminSecret, {
    'last-event-id': String(last),
  });
  const { position } = await site.system();
  for await (const { id } of again.events) if (streamed.push(id) >= position) break;
  expect(streamed).toEqual(Array.from({ length: position }, (_, index) => index + 1));
  again.close();

  expect((await site.get(`/tree?asOf=${before.position}`)).json).toEqual(asOf);
  const kept = chainOf(join(site.data, 'db_1.0.0.sqlite'));
  expect(chainOf(join(site.data, 'db.sqlite')).slice(0, kept.length)).toEqual(kept);
  await expectLeft(site, ['db_1.0.0.sqlite']);
  if (args.length === 1) expect(await upgrade.ended).toMatchObject({ code: 0 });
});

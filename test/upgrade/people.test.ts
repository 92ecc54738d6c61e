import { buildOf } from '../support/builds.js';
import { startPeople, type People } from '../support/people.js';
import { makeSite, processesOn, stateOf, until, type Site } from './releases.js';

const [older, newer] = [buildOf('1.0.0'), buildOf('1.1.0')];

let people: People;

beforeAll(async () => {
  people = await startPeople();
});

interface Told {
  readonly status: number;
  readonly code: unknown;
  readonly retryAfter: string | null;
}

/** What somebody is told whom nobody has seen before. */
async function comesAnew({ port }: Site, subject: string, method: 'GET' | 'POST'): Promise<Told> {
  const headers = {
    authorization: `Bearer ${people.tokenOf(subject)}`,
    connection: 'close',
    'content-type': 'application/json',
    'schema-version': '1',
  };
  const body = method === 'POST' ? JSON.stringify({ type: 'document', content: { title: 'New' } }) : null;
  const path = method === 'POST' ? '/pages' : '/me';
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body });
  const { code } = (await answer.json()) as { code?: unknown };
  return { status: answer.status, code, retryAfter: answer.headers.get('retry-after') };
}

async function upgradeFrozenAt(site: Site, step: 'tail' | 'own', holdMs: number): Promise<void> {
  await site.serve(older, { ...people.setting, PALIMPSEST_TEST_HOLD_MS: String(holdMs) });
  expect(await comesAnew(site, 'first', 'GET')).toMatchObject({ status: 200 });
  site.start(newer, ['upgrade', '--here'], { PALIMPSEST_TEST_FAULT: `${step}:stop` });
  await until(() => processesOn(site.data).some((pid) => stateOf(pid) === 'T'), 'the new version is frozen');
}

const seen = async (site: Site): Promise<readonly unknown[]> =>
  ((await site.get('/people')).json['items'] as readonly { subject: unknown }[]).map(
    ({ subject }) => subject,
  );

test('while an upgrade lets nothing be written, somebody new reads; who writes waits, and is written down first', async () => {
  const site = makeSite();
  await upgradeFrozenAt(site, 'tail', 600_000);
  const [read, written] = await Promise.all([
    comesAnew(site, 'reader', 'GET'),
    comesAnew(site, 'writer', 'POST'),
  ]);
  expect(read).toMatchObject({ status: 200 });
  // Nobody has given them anything yet.
  expect(written).toMatchObject({ status: 403, code: 'forbidden' });
  expect(await seen(site)).toEqual(expect.arrayContaining(['first', 'writer']));
  expect(await comesAnew(site, 'reader', 'GET')).toMatchObject({ status: 200 });
  await until(async () => (await seen(site)).includes('reader'), 'the reader is written down, later');
});

test('while the log is with nobody, somebody new is told to try again in a second, and then let in', async () => {
  const site = makeSite();
  await upgradeFrozenAt(site, 'own', 500); // it is ended after 10 s
  for (const told of await Promise.all([comesAnew(site, 'reader', 'GET'), comesAnew(site, 'writer', 'POST')]))
    expect(told).toEqual({ status: 503, code: 'maintenance', retryAfter: '1' });
  await until(async () => (await site.system()).mode === 'live', 'the old version serves again');
  expect(await comesAnew(site, 'reader', 'GET')).toMatchObject({ status: 200 });
  expect(await seen(site)).toEqual(['first', 'reader']);
});

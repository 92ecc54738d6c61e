import { buildOf } from '../support/builds.js';
import { makeSite, type Release, type Site } from './releases.js';

const origins = ['https://a.example', 'http://localhost:5173'];

async function allowedBy({ port }: Site): Promise<readonly (string | null)[]> {
  const asked = [...origins, 'https://b.example'].map(async (origin) => {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, {
      headers: { origin, connection: 'close' },
    });
    return answer.headers.get('access-control-allow-origin');
  });
  return Promise.all(asked);
}

describe('what serve was told of origins', () => {
  const older = buildOf('1.0.0');
  const newer = buildOf('1.1.0');

  async function servedBy(site: Site): Promise<Release> {
    const options = origins.flatMap((origin) => ['--cors-origin', origin]);
    const old = site.start(older, ['serve', '--port', '0', ...options], {
      PALIMPSEST_CORS_ORIGINS: 'https://b.example',
    });
    const [, url = ''] = await old.says(/^listening on (http:\S+)$/m);
    site.port = Number(new URL(url).port);
    expect(await allowedBy(site)).toEqual([...origins, null]);
    return old;
  }

  test('holds for the version that takes over', async () => {
    const site = makeSite();
    const old = await servedBy(site);
    expect(await site.run(newer, 'upgrade')).toMatchObject({ code: 0 });
    expect((await old.ended).code).toBe(0);
    expect((await site.system()).version).toBe('1.1.0');
    expect(await allowedBy(site)).toEqual([...origins, null]);
  });

  test.each<[what: string, env: Record<string, string>, allowed: (string | null)[]]>([
    ['holds', {}, [...origins, null]],
    [
      'gives way to what it is told itself',
      { PALIMPSEST_CORS_ORIGINS: 'https://b.example' },
      [null, null, 'https://b.example'],
    ],
  ])('%s for one that takes over in a terminal', async (_what, env, allowed) => {
    const site = makeSite();
    const old = await servedBy(site);
    await site.start(newer, ['upgrade', '--here'], env).says(/^listening on /m);
    expect((await old.ended).code).toBe(0);
    expect((await site.system()).version).toBe('1.1.0');
    expect(await allowedBy(site)).toEqual(allowed);
  });
});

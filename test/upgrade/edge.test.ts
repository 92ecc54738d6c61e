import { buildOf } from '../support/builds.js';
import { makeSite, type Site } from './releases.js';

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

test('what serve was told of origins holds for the version that takes over', async () => {
  const site = makeSite();
  const options = origins.flatMap((origin) => ['--cors-origin', origin]);
  const old = site.start(buildOf('1.0.0'), ['serve', '--port', '0', ...options], {
    PALIMPSEST_CORS_ORIGINS: 'https://b.example',
  });
  const [, url = ''] = await old.says(/^listening on (http:\S+)$/m);
  site.port = Number(new URL(url).port);
  expect(await allowedBy(site)).toEqual([...origins, null]);
  expect(await site.run(buildOf('1.1.0'), 'upgrade')).toMatchObject({ code: 0 });
  expect((await old.ended).code).toBe(0);
  expect((await site.system()).version).toBe('1.1.0');
  expect(await allowedBy(site)).toEqual([...origins, null]);
});

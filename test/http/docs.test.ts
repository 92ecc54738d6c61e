import { useServer } from '../support/server.js';

const server = useServer();

test('the viewer is served to anybody, under any prefix, and runs no script of the page itself', async () => {
  const page = await server.request('GET', '/docs', { token: null });
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(page.text).not.toMatch(/<script>|\son\w+=/);
  const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
  expect(links).toEqual(['docs/swagger-ui.css', 'docs/swagger-ui-bundle.js', 'docs/viewer.js']);
  for (const link of links) {
    const file = await server.request('GET', `/${String(link)}`, { token: null });
    expect([link, file.status]).toEqual([link, 200]);
    expect(file.headers.get('content-type')).toMatch(/^text\/(?:css|javascript); charset=utf-8$/);
  }
});

test.each(['main.js', '..%2Fcli%2Fmain.js', 'swagger-ui-bundle.js.LICENSE.txt'])(
  'nothing else is served from there: %s',
  async (name) => {
    expect((await server.request('GET', `/docs/${name}`, { token: null })).status).toBe(404);
  },
);

test('what the viewer shows needs a token', async () => {
  expect((await server.request('GET', '/openapi.json', { token: null })).status).toBe(401);
});

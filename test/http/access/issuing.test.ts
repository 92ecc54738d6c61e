import {
  asking,
  give,
  issue,
  move,
  outcome,
  publish,
  remove,
  until,
  type Asking,
} from '../../support/access.js';
import { openStream } from '../../support/event-stream.js';
import { createPage, onTop, save, write } from '../../support/pages.js';
import { adminSecret, useServer } from '../../support/server.js';

const server = useServer();

let ours: string;
let oursBeneath: string;
let theirs: string;
let partAdmin: Asking;
let partAdminSecret: string;

beforeAll(async () => {
  ours = (await createPage(server, { slug: 'ours' })).id;
  oursBeneath = (await createPage(server, { slug: 'beneath', parent: ours })).id;
  theirs = (await createPage(server, { slug: 'theirs' })).id;
  partAdminSecret = (await issue(server, { role: 'admin', path: '/ours', name: 'part admin' })).secret;
  partAdmin = asking(server, partAdminSecret);
});

const toToken = (id: string, role: string, path?: string) => ({
  body: { principal: { kind: 'token', id }, role, ...(path !== undefined && { path }) },
});
const group = { kind: 'group', issuer: 'https://login.example', group: 'all' };
const gone = '00000000-0000-4000-8000-000000000000';

describe('Who administers a part', () => {
  it('issues tokens for it, and for nothing else', async () => {
    const issued = async (body: object) => outcome(await partAdmin.send('POST', '/tokens', { body }));
    expect(await issued({ role: 'admin', path: '/ours' })).toEqual([201, undefined]);
    expect(await issued({ role: 'editor', path: '/ours/beneath' })).toEqual([201, undefined]);
    for (const role of ['metrics', 'render', 'viewer', 'editor', 'publisher', 'admin']) {
      expect(await issued({ role })).toEqual([403, 'forbidden']);
      expect(await issued({ role, path: '/' })).toEqual([403, 'forbidden']);
      expect(await issued({ role, path: null })).toEqual([403, 'forbidden']);
      expect(await issued({ role, path: '/theirs' })).toEqual([404, 'not-found']);
      expect(await issued({ role, path: '/nothing' })).toEqual([404, 'not-found']);
    }
  });

  it('gives grants in it, and for nothing else', async () => {
    const given = async (role: string, path?: string | null) =>
      outcome(await partAdmin.send('POST', '/grants', { body: { principal: group, role, path } }));
    expect(await given('admin', '/ours/beneath')).toEqual([201, undefined]);
    expect(await given('render')).toEqual([403, 'forbidden']);
    expect(await given('render', '/')).toEqual([403, 'forbidden']);
    expect(await given('render', '/theirs')).toEqual([404, 'not-found']);
    expect(await given('render', '/nothing')).toEqual([404, 'not-found']);
  });

  it('is told nothing of tokens and grants that reach further, not even by trying to change them', async () => {
    const outside = await issue(server, { role: 'editor', path: '/theirs', name: 'outside' });
    const both = await issue(server, { role: 'editor', path: '/ours', name: 'both' });
    const whole = await issue(server, { role: 'render', name: 'whole' });
    const beyond = await give(server, both, 'render', '/theirs');
    const { json: tokens } = await partAdmin.get('/tokens?limit=500');
    const { json: grants } = await partAdmin.get('/grants?limit=500');
    expect(tokens.items.map(({ id }) => id)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(`${outside.id}|${both.id}|${whole.id}`)]),
    );
    expect(grants.items.every((grant) => String(grant.path).startsWith('/ours'))).toBe(true);
    for (const id of [outside.id, both.id, whole.id, gone]) {
      const revoked = await partAdmin.send('DELETE', `/tokens/${id}`);
      expect(revoked.text.replaceAll(id, gone)).toBe(
        (await partAdmin.send('DELETE', `/tokens/${gone}`)).text,
      );
      const given = await partAdmin.send('POST', '/grants', toToken(id, 'render', '/ours'));
      expect([id, outcome(given)]).toEqual([id, [404, 'not-found']]);
    }
    for (const id of [outside.id, whole.id, beyond, gone])
      expect(outcome(await partAdmin.send('DELETE', `/grants/${id}`))).toEqual([404, 'not-found']);
    expect(outcome(await partAdmin.send('DELETE', `/grants/${both.id}`))).toEqual([204, undefined]);
    expect(await asking(server, both.secret).status(`/pages/${oursBeneath}`)).toBe(404);
  });

  it('neither measures nor manages people, whom the whole site has', async () => {
    const person = { body: { issuer: 'https://login.example', subject: 's' } };
    expect(await partAdmin.status('/people')).toBe(403);
    expect(await partAdmin.status('/metrics')).toBe(403);
    for (const path of ['/people/block', '/people/unblock'])
      expect((await partAdmin.send('POST', path, person)).status).toBe(403);
  });

  it('who only edits or publishes gives nothing', async () => {
    for (const role of ['editor', 'publisher']) {
      const { id, secret } = await issue(server, { role, path: '/ours' });
      const staff = asking(server, secret);
      expect((await staff.send('POST', '/tokens', { body: { role: 'render', path: '/ours' } })).status).toBe(
        403,
      );
      expect((await staff.send('POST', '/grants', toToken(id, 'render', '/ours'))).status).toBe(403);
      expect((await staff.send('DELETE', `/grants/${id}`)).status).toBe(403);
      expect((await staff.send('DELETE', `/tokens/${id}`)).status).toBe(403);
      for (const path of ['/tokens', '/grants', `/pages/${ours}/access`])
        expect(await staff.status(path)).toBe(403);
    }
  });
});

describe('What is taken back', () => {
  it('counts with the next request: a token, the grant that it came with, one of several', async () => {
    const token = await issue(server, { role: 'editor', path: '/ours' });
    const editor = asking(server, token.secret);
    const more = await give(server, token, 'editor', '/theirs');
    expect(await editor.status(`/pages/${theirs}`)).toBe(200);
    await write(server, 'DELETE', `/grants/${more}`);
    expect([await editor.status(`/pages/${theirs}`), await editor.status(`/pages/${ours}`)]).toEqual([
      404, 200,
    ]);
    await write(server, 'DELETE', `/grants/${token.id}`);
    expect(await editor.status(`/pages/${ours}`)).toBe(404);
    expect((await editor.get('/me')).json['grants']).toEqual([]);
    expect(await editor.save(ours)).toEqual([403, 'forbidden']);
    expect(outcome(await server.request('DELETE', `/grants/${token.id}`))).toEqual([404, 'not-found']);
    await give(server, token, 'editor', '/ours');
    expect(await editor.status(`/pages/${ours}`)).toBe(200);
    await write(server, 'DELETE', `/tokens/${token.id}`);
    expect(await editor.status(`/pages/${ours}`)).toBe(401);
    expect(await editor.status('/me')).toBe(401);
  });

  it('counts for streams that are open, too', async () => {
    const token = await issue(server, { role: 'render' });
    const grant = await give(server, token, 'editor', '/ours');
    const first = await openStream(server.url, token.secret, {});
    await write(server, 'DELETE', `/grants/${grant}`);
    await first.ended();
    const second = await openStream(server.url, token.secret, {}, `?after=${await server.position()}`);
    await write(server, 'DELETE', `/tokens/${token.id}`);
    await second.ended();
    await expect(openStream(server.url, token.secret, {})).rejects.toThrow('401');
  });

  it('is what has expired, for streams that are open, too', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    const { secret } = await issue(server, { role: 'editor', path: '/ours', expiresAt });
    const editor = asking(server, secret);
    expect([undefined, expiresAt]).toContain((await editor.get('/me')).json['expiresAt']);
    await until(async () => (await editor.status('/me')) === 401);
    expect(await editor.status(`/pages/${ours}`)).toBe(401);
  });
});

describe('Who may do what, then and now', () => {
  it('is listed as of a position and a time', async () => {
    const before = await server.position();
    const token = await issue(server, { role: 'editor', path: '/ours', name: 'for a while' });
    const during = await server.position();
    await write(server, 'DELETE', `/tokens/${token.id}`);
    const has = async (asOf: string) => {
      const { json } = await server.request('GET', `/grants?limit=500${asOf}`);
      const { json: access } = await server.request('GET', `/pages/${ours}/access?${asOf.slice(1)}`);
      const { json: part } = await partAdmin.get(`/grants?limit=500${asOf}`);
      return [json, access, part].map(({ items }) => items.some(({ id }) => id === token.id));
    };
    expect(await has(`&asOf=${before}`)).toEqual([false, false, false]);
    expect(await has(`&asOf=${during}`)).toEqual([true, true, true]);
    expect(await has('')).toEqual([false, false, false]);
    expect((await server.request('GET', '/grants?asOf=999999')).status).toBe(400);
    expect((await server.request('GET', '/grants?asOf=2020-01-01')).json.items).toEqual([]);
  });

  it('is told of a page where it was then, with what each grant lets do', async () => {
    const { id } = await createPage(server, { slug: 'wandering', parent: ours });
    const token = await issue(server, { role: 'editor', path: '/theirs' });
    const access = async (rest = '', as = adminSecret) => {
      const answer = await asking(server, as).get(`/pages/${id}/access${rest}`);
      const found = (answer.status === 200 ? answer.json.items : []).find((grant) => grant.id === token.id);
      return [answer.status, found?.permissions];
    };
    const before = await server.position();
    expect(await access()).toEqual([200, undefined]);
    expect(await access('', partAdminSecret)).toEqual([200, undefined]);
    await move(server, id, { parent: theirs });
    expect(await access()).toEqual([200, ['read', 'save', 'move', 'delete']]);
    expect(await access('', partAdminSecret)).toEqual([404, undefined]);
    expect(await access(`?asOf=${before}`)).toEqual([200, undefined]);
    expect(await access(`?asOf=${before}`, partAdminSecret)).toEqual([404, undefined]);
    await publish(server, id);
    expect(await access()).toEqual([200, ['read', 'save']]);
    await remove(server, id);
    expect(await access()).toEqual([200, ['read']]);
  });

  it('tells who administers a part who comes to it from above, and no page above it', async () => {
    const { secret } = await issue(server, { role: 'admin', path: '/ours/beneath' });
    const above = await issue(server, { role: 'editor', path: '/ours' });
    const { json, text } = await asking(server, secret).get(`/pages/${oursBeneath}/access`);
    expect(json.items.map(({ id }) => id)).toContain(above.id);
    expect(text).not.toContain(ours);
  });

  it('shows what was then to whom may see it now and could have been shown it then', async () => {
    const { id } = await createPage(server, {
      slug: 'brought',
      parent: theirs,
      content: { title: 'before' },
    });
    const before = await server.position();
    await move(server, id, { parent: ours });
    const inside = await server.position();
    await save(server, id, 1, { title: 'after' });
    for (const [asOf, status] of [
      [before, 404],
      [inside, 200],
    ]) {
      expect(await partAdmin.status(`/pages/${id}?asOf=${asOf}`)).toBe(status);
      expect(await partAdmin.status(`/pages/${id}/versions?asOf=${asOf}`)).toBe(status);
      expect(await partAdmin.status(`/pages/${id}/diff?from=1&asOf=${asOf}`)).toBe(status);
      expect(await partAdmin.status(`/pages/${id}/access?asOf=${asOf}`)).toBe(status);
      const { json } = await partAdmin.get(`/pages?ids=${id}&count=true&asOf=${asOf}`);
      expect([json.items.length, json['count']]).toEqual(status === 200 ? [1, 1] : [0, 0]);
    }
    await write(server, 'POST', `/pages/${id}/move`, { headers: onTop(2), body: { parent: theirs } });
    expect(await partAdmin.status(`/pages/${id}?asOf=${inside}`)).toBe(404);
    expect((await partAdmin.get(`/pages?ids=${id}&asOf=${inside}`)).json.items).toEqual([]);
  });
});

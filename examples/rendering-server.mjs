/** A site: `TOKEN=… node rendering-server.mjs`, with a token of the role `render`; BASE is the prefix that visitors see. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const { API = 'http://127.0.0.1:3000', TOKEN, PORT = '8080', BASE = '' } = process.env;
const headers = { authorization: `Bearer ${TOKEN}`, 'schema-version': '4' };
const cache = new Map(); // what the API answered, by what was asked; with no-cache it isn't what a cache in between had
let changed = Infinity; // the position of the last change; while the feed is away, whatever is known may be old

async function ask(path) {
  const known = await cache.get(path);
  if (known?.position >= changed) return known;
  const asked = read(path, known).catch((error) => ({ status: 502, json: { detail: String(error) } }));
  cache.set(path, asked);
  if ((await asked).status >= 400 && cache.get(path) === asked) cache.delete(path);
  return asked;
}
async function read(path, known) {
  const again = known?.etag && { 'if-none-match': known.etag, 'cache-control': 'no-cache' };
  const answer = await fetch(API + path, { headers: { ...headers, ...again }, redirect: 'manual' });
  const position = Number(answer.headers.get('position')); // what it reflects
  if (answer.status === 304) return { ...known, position };
  const status = [200, 308, 404].includes(answer.status) ? answer.status : 502;
  return { status, position, etag: answer.headers.get('etag'), json: await answer.json() };
}

async function follow() {
  const after = (await fetch(`${API}/tree?depth=1`, { headers })).headers.get('position');
  const sent = { ...headers, accept: 'text/event-stream' };
  const feed = await fetch(`${API}/events?after=${after}`, { headers: sent });
  if (feed.ok) changed = Number(after);
  let text = '';
  for await (const part of feed.body.pipeThrough(new TextDecoderStream())) {
    for (const [, id] of (text += part).matchAll(/^id: (\d+)\n/gm)) changed = Number(id);
    text = text.slice(text.lastIndexOf('\n') + 1);
  }
}
const comeBack = () => setTimeout(keepFollowing, 1000, (changed = Infinity));
const keepFollowing = () => follow().catch(console.error).finally(comeBack);

const escape = (text) => String(text ?? '').replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const list = (pages, above) => `<ul>${pages.map((page) => item(page, above)).join('')}</ul>`;
const item = ({ title, slug, children }, above, path = `${above}/${encodeURIComponent(slug)}`) =>
  `<li><a href="${path}">${escape(title ?? slug)}</a>${list(children, path)}</li>`;

const site = createServer(async (request, response) => {
  const { pathname } = new URL(`http://site/${request.url.replace(/^\/+/, '')}`);
  const [{ status, json }, tree] = await Promise.all([ask(`/paths${pathname}`), ask('/tree?depth=2')]);
  if (status === 308) return response.writeHead(308, { location: BASE + encodeURI(json.path) }).end();
  const { title, body, blocks = [] } = json.content ?? { title: json.detail };
  const texts = [{ markdown: body }, ...blocks].map(({ markdown }) => `<p>${escape(markdown)}</p>`);
  const around = `<!doctype html><title>${escape(title)}</title>${list(tree.json.items ?? [], BASE)}`;
  const html = around + texts.join('\n');
  const etag = `"${createHash('sha256').update(html).digest('base64url')}"`;
  const isKnown = status === 200 && request.headers['if-none-match'] === etag;
  response.writeHead(isKnown ? 304 : status, { etag, 'content-type': 'text/html; charset=utf-8' });
  response.end(isKnown ? '' : html);
});
site.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${site.address().port}`));
keepFollowing();

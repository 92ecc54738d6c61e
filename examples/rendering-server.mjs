/** A site: `TOKEN=… node rendering-server.mjs`, with a token of the role `render`. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const { API = 'http://127.0.0.1:3000', TOKEN, PORT = '8080' } = process.env;
const headers = { authorization: `Bearer ${TOKEN}`, 'schema-version': '4' };
const cache = new Map(); // what the API answered, by what was asked, and whether something has changed since
let isFollowing = false; // while it isn't, the API is asked every time whether something has changed

async function ask(path) {
  const known = cache.get(path);
  if (known && isFollowing && !known.isStale) return known.answer;
  const entry = { isStale: false, answer: read(path, await known?.answer).catch(failed) };
  cache.set(path, entry); // before it is answered, so that what changes meanwhile makes it stale
  const answer = await entry.answer;
  if (answer.status >= 400 && cache.get(path) === entry) cache.delete(path);
  return answer;
}

const failed = (error) => ({ status: 502, json: { detail: String(error) } });
async function read(path, known) {
  const sent = { ...headers, ...(known?.etag && { 'if-none-match': known.etag }) };
  const answer = await fetch(API + path, { headers: sent, redirect: 'manual' });
  if (answer.status === 304) return known;
  const status = [200, 308, 404].includes(answer.status) ? answer.status : 502;
  return { status, etag: answer.headers.get('etag'), json: await answer.json() };
}

async function follow() {
  const after = (await fetch(`${API}/tree?depth=1`, { headers })).headers.get('position');
  const sent = { ...headers, accept: 'text/event-stream' };
  const feed = await fetch(`${API}/events?after=${after}`, { headers: sent });
  isFollowing = feed.ok;
  for (const entry of cache.values()) entry.isStale = true; // what happened before is not told
  for await (const text of feed.body.pipeThrough(new TextDecoderStream()))
    if (text.replace(/^:.*\n\n/gm, '')) for (const entry of cache.values()) entry.isStale = true;
}
const comeBack = () => setTimeout(keepFollowing, 1000, (isFollowing = false));
const keepFollowing = () => follow().catch(console.error).finally(comeBack);

const escape = (text) => String(text ?? '').replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const list = (pages, above) => `<ul>${pages.map((page) => item(page, above)).join('')}</ul>`;
const item = ({ title, slug, children }, above, path = `${above}/${encodeURIComponent(slug)}`) =>
  `<li><a href="${path}">${escape(title ?? slug)}</a>${list(children, path)}</li>`;

const site = createServer(async (request, response) => {
  const { pathname } = new URL(`http://site/${request.url.replace(/^\/+/, '')}`);
  const [{ status, json }, tree] = await Promise.all([ask(`/paths${pathname}`), ask('/tree?depth=2')]);
  if (status === 308) return response.writeHead(308, { location: encodeURI(json.path) }).end();
  const { title, body, blocks = [] } = json.content ?? { title: json.detail };
  const texts = [body, ...blocks.map(({ markdown }) => markdown)].map((text) => `<p>${escape(text)}</p>`);
  texts.unshift(`<!doctype html><title>${escape(title)}</title>`, list(tree.json.items ?? [], ''));
  const html = texts.join('\n');
  const etag = `"${createHash('sha256').update(html).digest('base64url')}"`;
  const isKnown = status === 200 && request.headers['if-none-match'] === etag;
  response.writeHead(isKnown ? 304 : status, { etag, 'content-type': 'text/html; charset=utf-8' });
  response.end(isKnown ? '' : html);
});
site.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${site.address().port}`));
keepFollowing();

import { createHash } from 'node:crypto';
import { prefers } from './accepts.js';
import type { Answer } from './problem.js';

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}pre{overflow-x:auto;padding:1rem;background:#f4f4f4;color:#222}';

/** Nothing of the installation stands here, because anybody sees it. Its links work below any prefix. */
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Palimpsest</title>
<style>${style}</style>
</head>
<body>
<h1>Palimpsest</h1>
<p>This is the HTTP API of a content management system: it answers programs, in JSON, and keeps every version of every page. There
is nothing to click here.</p>
<h2>First steps</h2>
<p>Every request needs a token. The first start of the server printed one; another is made by
<code>palimpsest token create --role admin</code> on its machine. In a terminal, with the address of this page:</p>
<pre>export TOKEN=… API=http://127.0.0.1:3000
curl -s $API/tree -H "Authorization: Bearer $TOKEN"
curl -s $API/openapi.json -H "Authorization: Bearer $TOKEN"</pre>
<p>The README has a tour of all else: create a page, save, publish, compare, restore.</p>
<h2>Where to go</h2>
<ul>
<li><a href="docs">docs</a> shows all that can be asked, once you give it a token</li>
<li><code>openapi.json</code> describes the same (with the token); <code>palimpsest openapi</code> prints it</li>
<li><a href="healthz">healthz</a> says whether the server is alive, <a href="readyz">readyz</a> whether it takes requests</li>
</ul>
</body>
</html>
`;

/** For a person who opens the address of the server in a browser. */
export const greeting: Answer = {
  status: 200,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'content-length': String(Buffer.byteLength(page)),
    'content-security-policy': `default-src 'none'; style-src 'sha256-${digestOf(style)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'cache-control': 'no-cache',
    vary: 'Accept',
  },
  body: page,
};

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Programs that ask for pages of ours say `application/json`, or that anything will do. */
export function isPerson(accept: string | undefined): boolean {
  return prefers('text/html', accept);
}

import { createHash } from 'node:crypto';
import type { Answer } from '../edge/problem.js';

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}[hidden]{display:none}button{font:inherit}';

/** Addresses are as seen from the page, so that it works below any prefix. A code is out of the address before anything else happens. */
const script = `
const [show, when] = [(id, text) => {
  const element = document.getElementById(id);
  if (text !== undefined) element.textContent = text;
  element.hidden = false;
}, (time) => new Date(time).toLocaleString()];
const said = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, '', location.pathname);
const json = { accept: 'application/json' };
const who = async () => {
  const answer = await fetch('session', { headers: json });
  return answer.ok ? answer.json() : undefined;
};
const sayWho = ({ name, expiresAt }) => {
  show('who', 'You are signed in as ' + name + (expiresAt ? ', until ' + when(expiresAt) : '') + '.');
  show('out');
};
const exchange = (code) => fetch('session', {
  method: 'POST',
  headers: { ...json, 'content-type': 'application/json' },
  body: JSON.stringify({ code }),
});
const begin = async () => {
  const code = said.get('code');
  const failed = said.get('failed');
  if (failed) show('problem', 'You are not signed in (' + failed + ').');
  let isNew = false;
  if (code) {
    const answer = await exchange(code);
    isNew = answer.ok;
    if (!answer.ok) show('problem', (await answer.json()).detail);
  }
  const me = await who();
  if (me) sayWho(me);
  else show('in');
  if (!me && isNew) show('problem', 'The browser has not kept the session: open this address by https.');
};
document.getElementById('out').addEventListener('click', async () => {
  const answer = await fetch('session', { method: 'DELETE', headers: json });
  if (answer.ok) location.reload();
  else show('problem', (await answer.json()).detail);
});
begin().catch(() => show('problem', 'The server can not be reached.'));
`;

/** Says who a browser is signed in as, and signs it in and out. Nothing of the installation stands here but where people sign in. */
export function sessionPage(issuers: readonly string[]): Answer {
  const ways = issuers.map(
    (issuer) =>
      `<li><a href="session/sign-in?issuer=${encodeURIComponent(issuer)}">${escaped(issuer)}</a></li>`,
  );
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Palimpsest: session</title>
<style>${style}</style>
</head>
<body>
<h1>Palimpsest</h1>
<p id="problem" role="alert" hidden></p>
<p id="who" hidden></p>
<button id="out" hidden>Sign out</button>
<div id="in" hidden>
<p>You are not signed in.</p>
${ways.length > 0 ? `<p>Sign in at:</p>\n<ul>\n${ways.join('\n')}\n</ul>\n` : ''}<p>On the machine of the server, <code>palimpsest login</code> prints a link that signs a browser in, once.</p>
</div>
<script>${script}</script>
</body>
</html>
`;
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(Buffer.byteLength(page)),
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      vary: 'Accept',
    },
    body: page,
  };
}

const policy = `default-src 'none'; style-src 'sha256-${digestOf(style)}'; script-src 'sha256-${digestOf(script)}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? '');
}

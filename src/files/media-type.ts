import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';

/** What is not known to be anything. */
const anything = 'application/octet-stream';

/** So much of a file is looked at to tell which kind of text it is. */
const lookedAtBytes = 4096;

/**
 * The media type of a file by its bytes; nobody's word is taken for it. Text is told apart here, for it has no signature: SVG, HTML and
 * other XML are what browsers run scripts in.
 */
export async function mediaTypeOf(path: string): Promise<string> {
  const text = textIn(await beginningOf(path));
  if (text !== undefined) return typeOfText(text);
  try {
    return (await fileTypeFromFile(path))?.mime ?? anything;
  } catch {
    return anything; // it begins like something, and goes on like nothing
  }
}

async function beginningOf(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(lookedAtBytes), 0, lookedAtBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** UTF-8 without control characters, or UTF-16 with its mark; the last character may be cut. */
function textIn(bytes: Buffer): string | undefined {
  const isWide = bytes.length >= 2 && (bytes.readUInt16BE(0) === 0xfeff || bytes.readUInt16BE(0) === 0xfffe);
  if (isWide) return new TextDecoder(bytes[0] === 0xfe ? 'utf-16be' : 'utf-16le').decode(bytes);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let cut = 0; cut < 4 && cut <= bytes.length; cut += 1) {
    try {
      const text = decoder.decode(bytes.subarray(0, bytes.length - cut));
      // eslint-disable-next-line no-control-regex -- it is they that are looked for
      return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(text) ? undefined : text;
    } catch {
      continue;
    }
  }
  return undefined;
}

/** As a browser would guess that sniffs, and more: in doubt it is what could run. */
function typeOfText(text: string): string {
  const markup = text.replace(/^\s+/, '').replace(/^(?:<\?[^>]*>|<!--[\s\S]*?-->|\s)+/, '');
  if (/^(?:<!doctype\s+svg|<(?:\w+:)?svg[\s>/])/i.test(markup) || /<(?:\w+:)?svg[\s>/]/i.test(text))
    return 'image/svg+xml';
  if (/^<(?:!doctype\s+html|[a-z][^<>]*>)/i.test(markup) && !/^\s*<\?xml/i.test(text)) return 'text/html';
  if (/^\s*<\?xml/i.test(text)) return 'application/xml';
  return 'text/plain';
}

import { TextDecoder } from 'node:util';

/** A text as it was read from bytes. */
export interface Decoded {
  readonly text: string;
  /** Whether bytes were replaced by U+FFFD because nothing could read them. */
  readonly isLossy: boolean;
}

/**
 * Reads what should be UTF-8, and is in `encoding` (a label of the Encoding Standard) where it isn't.
 * @throws RangeError for an encoding that nobody knows
 */
export class Decoder {
  private readonly fallback: TextDecoder | null;

  constructor(encoding?: string) {
    this.fallback = encoding === undefined ? null : new TextDecoder(encoding, { fatal: true });
  }

  read(bytes: Buffer): Decoded {
    const text = decoded(utf8, bytes) ?? (this.fallback && decoded(this.fallback, bytes));
    return text === null ? { text: lenient.decode(bytes), isLossy: true } : { text, isLossy: false };
  }

  /**
   * A path of `pathOf` as people read it: each name of it on its own, and none made of more or fewer than there are. What no
   * slug may have is U+FFFD, too.
   */
  shown(path: string): Decoded {
    let isLossy = false;
    const names = path.split('/').map((name) => {
      const read = hasEscapes.test(name) ? this.read(bytesOf(name)) : { text: name, isLossy: false };
      const slug = read.text.replace(/^\.{1,2}$|[/\u0000-\u001f\u007f]/g, '\ufffd'); // eslint-disable-line no-control-regex -- they are what is replaced
      isLossy ||= read.isLossy || slug !== read.text;
      return slug;
    });
    return { text: names.join('/'), isLossy };
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

function decoded(decoder: TextDecoder, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/**
 * A path as text, whatever its bytes, and no two paths the same: in a name that is not UTF-8, each byte beyond ASCII is a
 * lone surrogate, U+DC00 + byte, which no text has.
 */
export function pathOf(bytes: Buffer): string {
  const whole = decoded(utf8, bytes);
  if (whole !== null) return whole;
  return bytes
    .toString('latin1')
    .split('/')
    .map((name) => decoded(utf8, Buffer.from(name, 'latin1')) ?? name.replace(/[\x80-\xff]/g, escaped))
    .join('/');
}

/** Whether a path of `pathOf` has a name that is not UTF-8. */
export function isForeign(path: string): boolean {
  return hasEscapes.test(path);
}

const hasEscapes = /\p{Surrogate}/u;

function escaped(byte: string): string {
  return String.fromCharCode(0xdc00 + byte.charCodeAt(0));
}

function bytesOf(name: string): Buffer {
  return Buffer.from(
    name.replace(/[\udc80-\udcff]/g, (unit) => String.fromCharCode(unit.charCodeAt(0) - 0xdc00)),
    'latin1',
  );
}

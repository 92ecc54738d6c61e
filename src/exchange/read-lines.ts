import { constants } from 'node:buffer';
import { OperatorError, exitCodes } from '../installation/operator-error.js';
import { ByteReader } from './git/byte-reader.js';

/**
 * The lines of a file, each ended by a line feed.
 * @throws OperatorError 65 when the last is not, as the file was cut off; for a line that is longer than a text can be, is not
 * UTF-8, or ends or begins as other programs write lines
 */
export async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const reader = new ByteReader(input);
  for (let number = 1; ; number++) {
    const line = await readLine(reader, number);
    if (line === null) return;
    if (number === 1 && line.startsWith('\ufeff')) throw broken(number, 'begins with a byte order mark');
    if (line.endsWith('\r')) throw broken(number, 'ends with CR LF instead of LF');
    yield line;
  }
}

async function readLine(reader: ByteReader, number: number): Promise<string | null> {
  let bytes: Buffer | null;
  try {
    bytes = await reader.readUntil(lineFeed, constants.MAX_STRING_LENGTH);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== undefined) throw cause; // the machine's
    throw broken(
      number,
      cause instanceof RangeError ? 'is longer than any export writes' : 'has no end',
      cause,
    );
  }
  try {
    return bytes && utf8.decode(bytes);
  } catch (cause) {
    throw broken(number, 'is not UTF-8', cause);
  }
}

const lineFeed = 0x0a;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What to say of a line that is not one. */
export function broken(line: number, what: string, cause?: unknown): OperatorError {
  return new OperatorError(
    exitCodes.badData,
    `line ${line} ${what}: the file is damaged, cut off or was changed on its way; nothing of it was imported`,
    { cause },
  );
}

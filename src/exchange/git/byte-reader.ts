/** Reads a stream of bytes piece by piece, as a protocol asks for them. */
export class ByteReader {
  private rest: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(stream: AsyncIterable<Buffer>) {
    this.chunks = stream[Symbol.asyncIterator]();
  }

  /**
   * The bytes before the next `delimiter`, which is skipped; null at the end.
   * @throws when the end comes in between, or RangeError when there are more than `limitBytes`
   */
  async readUntil(delimiter: number, limitBytes = Infinity): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    let length = 0;
    for (;;) {
      const end = this.rest.indexOf(delimiter);
      if (end !== -1) {
        parts.push(this.rest.subarray(0, end));
        this.rest = this.rest.subarray(end + 1);
        return join(parts);
      }
      if (this.rest.length > 0) parts.push(this.rest);
      length += this.rest.length;
      if (length > limitBytes) throw new RangeError(`more than ${limitBytes} bytes without an end`);
      if (await this.fill()) continue;
      if (parts.length === 0) return null;
      throw new Error('the output ended in the middle of an answer');
    }
  }

  /** Exactly so many bytes. @throws when the end comes earlier */
  async readExactly(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = length;
    while (missing > this.rest.length) {
      parts.push(this.rest);
      missing -= this.rest.length;
      if (!(await this.fill())) throw new Error(`the output ended ${missing} bytes too early`);
    }
    parts.push(this.rest.subarray(0, missing));
    this.rest = this.rest.subarray(missing);
    return join(parts);
  }

  /** Exactly so many bytes, piece by piece as they come. @throws when the end comes earlier */
  async *pieces(length: number): AsyncGenerator<Buffer> {
    let missing = length;
    while (missing > 0) {
      if (this.rest.length === 0 && !(await this.fill()))
        throw new Error(`the output ended ${missing} bytes too early`);
      const piece = this.rest.subarray(0, missing);
      this.rest = this.rest.subarray(piece.length);
      missing -= piece.length;
      yield piece;
    }
  }

  /** Leaves out so many bytes, and never holds more than a piece of them. @throws when the end comes earlier */
  async skip(length: number): Promise<void> {
    let missing = length;
    while (missing > this.rest.length) {
      missing -= this.rest.length;
      if (!(await this.fill())) throw new Error(`the output ended ${missing} bytes too early`);
    }
    this.rest = this.rest.subarray(missing);
  }

  private async fill(): Promise<boolean> {
    const next = await this.chunks.next();
    this.rest = next.done ? Buffer.alloc(0) : next.value;
    return !next.done;
  }
}

function join(parts: readonly Buffer[]): Buffer {
  const [only] = parts;
  return parts.length === 1 && only ? only : Buffer.concat(parts);
}

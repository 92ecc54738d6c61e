import { documentLimitBytes } from '../../events/limits.js';
import { ByteReader } from './byte-reader.js';
import { GitFailed, startGit, type GitPlace, type RunningGit } from './git-program.js';

/** There is no such object; `said` is how git says it. */
export class MissingObject extends Error {
  override readonly name = 'MissingObject';

  constructor(hash: string, said: string) {
    super(`the repository has no object ${hash} (git says "${said}")`);
  }
}

/** The object has more bytes than are read of any. */
export class LargeObject extends Error {
  override readonly name = 'LargeObject';

  constructor(readonly bytes: number) {
    super(`the object has ${bytes} bytes`);
  }
}

/** No encoding makes a document out of more that its limit allows. */
const readLimitBytes = 4 * documentLimitBytes;

/** Reads objects by their hash through one `git cat-file` that stays open, one at a time. */
export class BlobReader {
  private running: { readonly git: RunningGit; readonly output: ByteReader } | undefined;

  constructor(private readonly place: GitPlace) {}

  /** @throws MissingObject, also where it is of another kind, or can't be read; LargeObject; GitMissing */
  async read(hash: string, type: 'blob' | 'commit' = 'blob'): Promise<Buffer> {
    const { output, bytes } = await this.ask(hash, type, readLimitBytes);
    const object = await output.readExactly(bytes);
    await output.readExactly(1);
    return object;
  }

  /**
   * Has a blob taken piece by piece, so that a large one is never in memory.
   * @throws as `read`; what `take` throws
   */
  async pass<T>(
    hash: string,
    limitBytes: number,
    take: (pieces: AsyncIterable<Buffer>) => Promise<T>,
  ): Promise<T> {
    const { output, bytes } = await this.ask(hash, 'blob', limitBytes);
    try {
      const taken = await take(output.pieces(bytes));
      await output.readExactly(1);
      return taken;
    } catch (error) {
      this.close(); // nobody knows how much of it was read
      throw error;
    }
  }

  close(): void {
    this.running?.git.stop();
    this.running = undefined;
  }

  /** The bytes come next, and a line feed after them. */
  private async ask(
    hash: string,
    type: 'blob' | 'commit',
    limitBytes: number,
  ): Promise<{ readonly output: ByteReader; readonly bytes: number }> {
    const { git, output } = (this.running ??= this.start());
    git.process.stdin.write(`${hash}\n`);
    // "<hash> blob <size>", git-cat-file(1) "BATCH OUTPUT"
    const header = (await output.readUntil(newline))?.toString('latin1') ?? (await this.lastWords(git));
    const [, found, size] = header.split(' ');
    if (found !== type) throw new MissingObject(hash, header);
    const bytes = Number(size);
    if (bytes <= limitBytes) return { output, bytes };
    await output.skip(bytes + 1);
    throw new LargeObject(bytes);
  }

  private start() {
    const git = startGit(this.place, ['cat-file', '--batch']);
    return { git, output: new ByteReader(git.process.stdout) };
  }

  /** What the program ended with, as it does where it may not fetch what is missing. */
  private async lastWords(git: RunningGit): Promise<string> {
    this.running = undefined;
    try {
      await git.ended;
    } catch (error) {
      if (error instanceof GitFailed) return `fatal: ${error.said}`;
      throw error;
    }
    return 'nothing';
  }
}

const newline = 0x0a;

import { ByteReader } from './byte-reader.js';
import { startGit, type GitPlace, type RunningGit } from './git-program.js';

/** Reads blobs by their hash through one `git cat-file` that stays open, one at a time. */
export class BlobReader {
  private readonly git: RunningGit;
  private readonly output: ByteReader;

  constructor(place: GitPlace) {
    this.git = startGit(place, ['cat-file', '--batch']);
    this.output = new ByteReader(this.git.process.stdout);
  }

  /** @throws GitFailed when the repository is damaged */
  async read(hash: string): Promise<Buffer> {
    this.git.process.stdin.write(`${hash}\n`);
    // "<hash> blob <size>", git-cat-file(1) "BATCH OUTPUT"
    const header = (await this.output.readUntil(newline))?.toString('latin1');
    if (header === undefined) await this.git.ended;
    const [, type, size] = header?.split(' ') ?? [];
    if (type !== 'blob') {
      throw new Error(
        `the repository has no blob ${hash}: run \`git fsck\` there (git says "${header ?? ''}")`,
      );
    }
    const bytes = await this.output.readExactly(Number(size));
    await this.output.readExactly(1);
    return bytes;
  }

  close(): void {
    this.git.stop();
  }
}

const newline = 0x0a;

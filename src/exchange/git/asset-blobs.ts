import { createHash } from 'node:crypto';
import type { FileFacts } from '../../events/file-facts.js';
import type { FileStore } from '../../files/file-store.js';
import type { OperatorError } from '../../installation/operator-error.js';
import { brokenFile, content, otherBytes, requireSameLength } from '../asset-files.js';
import { blobHead, blobTail } from './fast-import.js';

/** The files of assets as blobs for `git fast-import`: each goes in once, under a mark, before the first commit that has it. */
export class AssetBlobs {
  private readonly marks = new Map<string, string>();
  private missing: FileFacts[] = [];

  constructor(private readonly store: FileStore) {}

  /** What stands for a file in a commit. */
  markOf(file: FileFacts): string {
    const known = this.marks.get(file.sha256);
    if (known !== undefined) return known;
    const mark = `:${this.marks.size + 1}`;
    this.marks.set(file.sha256, mark);
    this.missing.push(file);
    return mark;
  }

  /**
   * Those that were asked for since the last time, a piece at a time.
   * @throws OperatorError 65 for a file that is missing or damaged
   */
  async *take(): AsyncGenerator<string | Buffer> {
    const files = this.missing;
    this.missing = [];
    for (const file of files) {
      const { sha256, bytes } = file;
      requireSameLength(this.store, file, (fault) => this.broken(file, fault));
      yield blobHead(bytes, this.markOf(file));
      const hash = createHash('sha256');
      for await (const piece of this.store.read(sha256) as AsyncIterable<Buffer>) {
        hash.update(piece);
        yield piece;
      }
      if (hash.digest('hex') !== sha256) throw this.broken(file, otherBytes);
      yield blobTail;
    }
  }

  private broken({ sha256, name }: FileFacts, fault: string): OperatorError {
    const file = `${this.store.pathOf(sha256)} (${JSON.stringify(name)})`;
    return brokenFile(file, fault, `${content}; nothing is exported`);
  }
}

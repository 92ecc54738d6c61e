/** One side of a changed path. `mode` is six octal digits, `000000` where there is nothing. */
interface Side {
  readonly mode: string;
  readonly hash: string;
  readonly path: Buffer;
}

export interface RawEntry {
  readonly from: Side;
  readonly to: Side;
}

/** ":MODE MODE HASH HASH STATUS", a path, and for a move the path it went to (git-diff(1), "RAW OUTPUT FORMAT"). */
export async function readEntry(meta: string, next: () => Promise<Buffer | null>): Promise<RawEntry> {
  const [fromMode = '', toMode = '', fromHash = '', toHash = '', status = ''] = meta.slice(1).split(' ');
  const fromPath = await next();
  const toPath = status.startsWith('R') ? await next() : fromPath;
  if (!fromPath || !toPath) throw new Error(`git named no path after "${meta}"`);
  return {
    from: { mode: fromMode, hash: fromHash, path: fromPath },
    to: { mode: toMode, hash: toHash, path: toPath },
  };
}

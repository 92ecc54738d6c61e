import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const searchPath = process.env['PATH'] ?? '';

/** A git repository in a temporary directory. Its commits are a minute apart, so their ids are always the same. */
export class Repository {
  readonly directory = mkdtempSync(join(tmpdir(), 'palimpsest-repository-'));
  private minutes = 0;

  constructor() {
    this.git('init', '--quiet', '--initial-branch=main');
  }

  git(...args: readonly string[]): string {
    const time = new Date(Date.UTC(2020, 0, 1, 0, this.minutes)).toISOString();
    const env = {
      PATH: searchPath,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'ada@example.org',
      GIT_COMMITTER_NAME: 'Bob',
      GIT_COMMITTER_EMAIL: 'bob@example.org',
      GIT_AUTHOR_DATE: time,
      GIT_COMMITTER_DATE: time,
    };
    const options = { cwd: this.directory, env, encoding: 'utf8', stdio: 'pipe' } as const;
    return execFileSync('git', args, options).trimEnd();
  }

  /** Gives git something to read; answers what it wrote. */
  feed(input: string | Buffer, ...args: readonly string[]): string {
    const options = {
      cwd: this.directory,
      env: { PATH: searchPath, GIT_CONFIG_GLOBAL: '/dev/null' },
      input,
    } as const;
    return execFileSync('git', args, options).toString('utf8').trimEnd();
  }

  /** A commit on top of `main`, as an object that git itself would not write. Answers its id. */
  commitLiterally(lines: {
    tree?: string;
    author?: string;
    committer?: string;
    more?: string;
    message?: string | Buffer;
  }): string {
    const { tree = this.git('rev-parse', 'HEAD^{tree}'), more = '', message = 'Odd\n' } = lines;
    const { author = 'Ada <ada@example.org> 1600000000 +0000', committer = author } = lines;
    const parent = this.git('rev-parse', 'HEAD');
    const head = `tree ${tree}\nparent ${parent}\nauthor ${author}\ncommitter ${committer}\n${more}\n`;
    const text = Buffer.concat([Buffer.from(head), Buffer.from(message)]);
    const hash = this.feed(text, 'hash-object', '-t', 'commit', '-w', '--literally', '--stdin');
    this.git('update-ref', 'refs/heads/main', hash);
    this.git('reset', '--hard', '--quiet');
    return hash;
  }

  write(path: string | Buffer, content: string | Buffer): void {
    const place = Buffer.concat([Buffer.from(`${this.directory}/`), Buffer.from(path)]);
    if (typeof path === 'string') mkdirSync(dirname(join(this.directory, path)), { recursive: true });
    writeFileSync(place, content);
  }

  /** Writes the files (null: removes them) and commits everything there is; answers the commit's id. */
  commit(files: Readonly<Record<string, string | Buffer | null>> = {}, message = 'Change'): string {
    for (const [path, content] of Object.entries(files)) {
      if (content === null) rmSync(join(this.directory, path), { recursive: true });
    }
    for (const [path, content] of Object.entries(files)) if (content !== null) this.write(path, content);
    this.minutes++;
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  /** The files of a commit: mode, blob and path of each. */
  tree(commit: string): readonly string[] {
    return this.git('ls-tree', '-r', '-z', commit).split('\0').filter(Boolean);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}

/** Enough lines that a move is still one when a line is changed. */
export function longText(title: string): string {
  return `# ${title}\n\n${Array.from({ length: 30 }, (_, i) => `Line ${i} of ${title}.\n`).join('')}`;
}

import type { Skipped } from './import-source.js';
import { wayOut, type PageSteps } from './page-steps.js';

/** Whose side is taken where a commit and the editors don't agree, as `--on-conflict` has it; what was left out is in `skipped`. */
export class Sides {
  readonly skipped: Skipped[] = [];

  constructor(private readonly steps: PageSteps) {}

  /** Whether the repository's change is to be made nevertheless. @throws BadHistory when the import is to stop */
  mayOverride(does: string, path: string, page: string | null, why: string): boolean {
    switch (this.steps.target.onConflict) {
      case 'theirs':
        return true;
      case 'ours':
        this.skip(path, page, why);
        return false;
      case 'stop': {
        const which = page === null ? '' : ` (page ${page})`;
        throw this.steps.error(
          `${does} ${this.steps.full(this.shown(path))}${which}, ${why}: ` +
            `--on-conflict theirs takes the repository's side and --on-conflict ours the editor's; ` +
            `all before this commit is kept, and importing again goes on here`,
        );
      }
    }
  }

  /** Of what no page can be. @throws BadHistory unless the operator has said that files may be left out */
  leaveOut(path: string, what: string): void {
    this.skipUnless(path, what, 'choose others with --match');
  }

  /** Of what others' pages are in the way of. @throws BadHistory unless the editors' side is to be taken */
  requireOurs(path: string, what: string): void {
    this.skipUnless(path, what, wayOut);
  }

  skip(path: string, page: string | null, why: string): void {
    this.skipped.push({ path: this.shown(path), page, why });
  }

  private skipUnless(path: string, what: string, advice: string): void {
    if (this.steps.target.onConflict !== 'ours')
      throw this.steps.error(`${what}: ${advice}, or use --on-conflict ours to leave the file out`);
    this.skip(path, null, what);
  }

  private shown(path: string): string {
    return this.steps.target.decoder.shown(path).text;
  }
}

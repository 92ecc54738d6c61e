/** What honest clients have tried and been told, and whether the log says the same. */
import { ask, Unheard } from './ask.js';
import type { Findings } from './findings.js';
import { adminToken } from './victim.js';

/** One write of one page; a batch is several. */
export interface Attempt {
  readonly page: string;
  readonly type: 'PageCreated' | 'PageSaved' | 'PageMoved' | 'PagePublished';
  /** What the event that the write leads to is known by, and no other: see `markOf`. */
  readonly mark: string;
  /** The document, where it brings one. */
  readonly content?: string;
  /** Of the event, once the write was acknowledged. */
  position?: number;
}

interface Logged {
  readonly position: number;
  readonly stream: string;
  readonly streamVersion: number;
  readonly type: string;
  readonly data: { readonly version?: number };
}

/** A publication brings no words of its own, and no version is published twice in a row. */
export function publicationMark(page: string, version: number): string {
  return `${page}-v${version}`;
}

const markPattern = /\bm-[a-z0-9]+-\d+\b/g;

/** Undefined of an event that nobody can have led to. */
function markOf({ stream, type, data, text }: Logged & { readonly text: string }): string | undefined {
  if (type === 'PagePublished') return publicationMark(stream, data.version ?? 0);
  const marks = new Set(text.match(markPattern));
  return marks.size === 1 ? [...marks][0] : undefined;
}

export class Notebook {
  private readonly attempts = new Map<string, Attempt>();
  private readonly pages = new Set<string>();

  constructor(private readonly findings: Findings) {}

  note(attempt: Attempt): void {
    this.attempts.set(attempt.mark, attempt);
    this.pages.add(attempt.page);
  }

  get acknowledged(): readonly Attempt[] {
    return [...this.attempts.values()].filter(({ position }) => position !== undefined);
  }

  /**
   * Everything that was acknowledged by now is in the log, once, at its position, with its content; and nothing is on
   * those pages that nobody tried.
   * @throws Error when the server can't be asked
   */
  async audit(port: number): Promise<void> {
    const due = this.acknowledged;
    const found = new Map<string, Logged & { readonly text: string }>();
    for (const page of this.pages) {
      let last = 0;
      for await (const event of eventsOf(port, page, this.findings)) {
        if (event.streamVersion !== ++last)
          this.findings.violation(`page ${page} has stream version ${event.streamVersion} at place ${last}`);
        const mark = markOf(event);
        if (mark === undefined || !this.attempts.has(mark)) {
          this.findings.violation(`nobody tried what stands at position ${event.position}`);
          continue;
        }
        if (found.has(mark)) this.findings.violation(`${mark} is in the log twice`);
        found.set(mark, event);
      }
    }
    for (const attempt of due) this.compare(attempt, found.get(attempt.mark));
    this.findings.count('audits');
    this.findings.count('audited writes', due.length);
  }

  private compare(
    { page, type, mark, content, position }: Attempt,
    event: (Logged & { readonly text: string }) | undefined,
  ): void {
    const told = `${type} ${mark}, acknowledged at position ${position ?? 0}`;
    if (!event) {
      this.findings.violation(`${told}, is not in the log`);
    } else if (event.position !== position || event.stream !== page || event.type !== type) {
      this.findings.violation(`${told}, is in the log as ${event.type} at ${event.position}`);
    } else if (content !== undefined && !event.text.includes(`"content":${content}`)) {
      this.findings.violation(`${told}, has other content in the log`);
    }
  }
}

/** In the order of the log. */
async function* eventsOf(
  port: number,
  page: string,
  findings: Findings,
): AsyncGenerator<Logged & { readonly text: string }> {
  for (let cursor = ''; ;) {
    const path = `/events?page=${page}&limit=500${cursor}`;
    const { status, text } = await askPatiently(port, path, findings);
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${text.slice(0, 500)}`);
    const { items, next } = JSON.parse(text) as { items: Logged[]; next: string | null };
    for (const item of items) yield { ...item, text: JSON.stringify(item) };
    if (next === null) return;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** Lists may be refused, or wait, while others ask for much. */
async function askPatiently(port: number, path: string, findings: Findings): ReturnType<typeof ask> {
  for (;;) {
    try {
      const told = await ask(port, { method: 'GET', path, token: adminToken });
      if (told.status !== 429 && told.status !== 503) return told;
    } catch (error) {
      if (!(error instanceof Unheard)) throw error;
      findings.broken(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

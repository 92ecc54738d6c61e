import { Budget, type Limits } from '../../budget.js';
import type { EventPage } from './event-page.js';

/** A page that a stream wants, and what it does when it is its turn. */
export interface Wanted {
  /** The same for all who want the same page. */
  readonly key: string;
  /** For whom it is: of one holder's pages there is a limit. */
  readonly holder: string;
  /** Reads it. An empty one is kept by nobody. */
  readonly make: () => EventPage;
  /** Whoever is given one that isn't empty gives it back. */
  readonly got: (page: EventPage) => void;
  readonly failed: (error: unknown) => void;
}

interface SharedPage {
  readonly page: EventPage;
  /** How often each of them has it. */
  readonly holders: Map<string, number>;
}

/** Of smaller pages as many may be on their way as there are streams. */
const smallBytes = 64 * 1024;
/** In one turn of the event loop so many bytes are made, but for the last page, and so many pages. */
const bytesATurn = smallBytes;
const pagesATurn = 8;

/**
 * The pages of events that are in memory, each once, however many streams send it. There is a limit to them: whoever wants
 * one more waits for its turn. What nobody has any more stays until there is no room for another, or `forgetIdle`.
 *
 * To make a large one takes the main thread, for which everybody waits: after each the others have as much time as it took.
 */
export class SharedPages {
  private readonly pages = new Map<string, SharedPage>();
  private readonly pagesOf = new Map<string, number>();
  private readonly waiting = new Set<Wanted>();
  /** What was made in this turn of the event loop, or since when nothing is made. */
  private made = { pages: 0, bytes: 0, tookMs: 0 };

  /** Bytes of large pages on their way: to write them is work, even where they are one page. */
  private readonly sending: Budget;

  /** `limits`: of pages. `sendingBytes`: of large pages, counted for each who has one. */
  constructor(
    private readonly limits: Limits,
    sendingBytes: Limits,
  ) {
    this.sending = new Budget(sendingBytes);
  }

  /** How many are in memory. */
  get count(): number {
    return this.pages.size;
  }

  take(wanted: Wanted): void {
    if (this.isTurnOf(wanted)) this.give(wanted);
    else this.waiting.add(wanted);
  }

  /** Somebody does not wait any more. */
  forget(wanted: Wanted): void {
    this.waiting.delete(wanted);
  }

  giveBack({ key, holder }: Pick<Wanted, 'key' | 'holder'>): void {
    const shared = this.pages.get(key);
    const times = shared?.holders.get(holder);
    if (!shared || times === undefined) throw new Error(`the page ${key} is not held by ${holder}`);
    const { holders } = shared;
    this.sending.giveBack(holder, this.weightOf(shared));
    if (times > 1) {
      holders.set(holder, times - 1);
    } else {
      holders.delete(holder);
      this.pagesOf.set(holder, (this.pagesOf.get(holder) ?? 0) - 1);
      if (this.pagesOf.get(holder) === 0) this.pagesOf.delete(holder);
    }
    this.goOn();
  }

  forgetIdle(): void {
    for (const [key, { holders }] of this.pages) if (holders.size === 0) this.pages.delete(key);
  }

  private goOn(): void {
    for (const wanted of [...this.waiting]) {
      if (!this.waiting.has(wanted) || !this.isTurnOf(wanted)) continue;
      this.waiting.delete(wanted);
      this.give(wanted);
    }
  }

  private isTurnOf({ key, holder }: Wanted): boolean {
    const shared = this.pages.get(key);
    const weight = shared ? this.weightOf(shared) : 0;
    if (weight > 0 && (weight > this.sending.left || weight > this.sending.leftOf(holder))) return false;
    if (shared?.holders.has(holder)) return true;
    if ((this.pagesOf.get(holder) ?? 0) >= this.limits.one) return false;
    if (shared !== undefined) return true;
    return this.mayMake && (this.pages.size < this.limits.all || this.idle() !== undefined);
  }

  private get mayMake(): boolean {
    return this.made.bytes < bytesATurn && this.made.pages < pagesATurn;
  }

  private make({ make }: Wanted): EventPage {
    if (this.made.pages === 0) {
      setImmediate(() => {
        this.endTurn();
      });
    }
    const startedMs = performance.now();
    this.made.pages += 1;
    try {
      const page = make();
      this.made.bytes += page.byteLength;
      return page;
    } finally {
      this.made.tookMs += performance.now() - startedMs;
    }
  }

  private endTurn(): void {
    const goOn = (): void => {
      this.made = { pages: 0, bytes: 0, tookMs: 0 };
      this.goOn();
    };
    if (this.mayMake) goOn();
    else setTimeout(goOn, this.made.tookMs).unref();
  }

  private give(wanted: Wanted): void {
    const { key, holder } = wanted;
    let shared = this.pages.get(key);
    try {
      shared ??= this.keep(key, this.make(wanted));
    } catch (error) {
      wanted.failed(error);
      return;
    }
    if (!shared.page.isEmpty) {
      const times = shared.holders.get(holder) ?? 0;
      if (times === 0) this.pagesOf.set(holder, (this.pagesOf.get(holder) ?? 0) + 1);
      shared.holders.set(holder, times + 1);
      this.sending.add(holder, this.weightOf(shared));
    }
    wanted.got(shared.page);
  }

  private keep(key: string, page: EventPage): SharedPage {
    const shared = { page, holders: new Map<string, number>() };
    // Where there is nothing now there may be something in a moment.
    if (page.isEmpty) return shared;
    const idle = this.pages.size < this.limits.all ? undefined : this.idle();
    if (idle !== undefined) this.pages.delete(idle);
    this.pages.set(key, shared);
    return shared;
  }

  private weightOf({ page: { byteLength } }: SharedPage): number {
    return byteLength > smallBytes ? Math.min(byteLength, this.sending.limits.one) : 0;
  }

  /** The oldest that nobody has. */
  private idle(): string | undefined {
    for (const [key, { holders }] of this.pages) if (holders.size === 0) return key;
    return undefined;
  }
}

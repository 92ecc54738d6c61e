/** What a run has seen: what must never be, what was counted, and how long honest clients waited. */
import { performance } from 'node:perf_hooks';
import { Unheard } from './ask.js';

export type Counted =
  | 'honest reads'
  | 'honest writes'
  | 'honest requests refused for now'
  | 'honest requests broken off'
  | 'hostile attacks'
  | 'hostile answers'
  | 'streamed events'
  | 'kills'
  | 'disk faults'
  | 'ends of its own in a disk fault'
  | 'audits'
  | 'audited writes';

/** How long after a disk fault its consequences may still be met. */
const graceMs = 2000;

export class Findings {
  readonly violations: string[] = [];
  readonly counts = new Map<Counted, number>();
  /** What was not answered within two minutes, while the server lived. No verdict: a machine may be slow. */
  readonly unheard: string[] = [];
  readonly waitedMs: Readonly<Record<'read' | 'write', number[]>> = { read: [], write: [] };
  private faultEndedMs = Number.NEGATIVE_INFINITY;

  count(what: Counted, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** A connection broke, or the client gave up. */
  broken(error: unknown): void {
    if (error instanceof Unheard) this.unheard.push(error.message);
  }

  violation(sentence: string): void {
    this.violations.push(sentence);
  }

  faultBegins(): void {
    this.count('disk faults');
    this.faultEndedMs = Number.POSITIVE_INFINITY;
  }

  faultEnds(): void {
    this.faultEndedMs = performance.now();
  }

  /** Whether what began then (of `performance.now()`) met a disk fault. */
  metFault(sinceMs: number): boolean {
    return sinceMs < this.faultEndedMs + graceMs;
  }

  /** A server that fails where no disk does has a bug. */
  answered(status: number, sinceMs: number, what: string): void {
    if (status === 500 && !this.metFault(sinceMs)) this.violation(`${what} was answered 500`);
  }
}

/** `99 % within 12 ms, longest 80 ms (of 2,000)` */
export function shownWaits(waitedMs: readonly number[]): string {
  if (waitedMs.length === 0) return 'none';
  const sorted = [...waitedMs].sort((a, b) => a - b);
  const within = (share: number): string =>
    Math.round(sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toLocaleString('en');
  return `99 % within ${within(0.99)} ms, longest ${within(1)} ms (of ${sorted.length.toLocaleString('en')})`;
}

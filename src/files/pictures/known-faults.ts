import type { Fault } from './decoder-job.js';

/** How many pictures are known by their faults. */
const knownPictures = 1000;

/** So many variants of a picture are tried that take too much; then no other is. */
const triedVariants = 2;

/** What is wrong with pictures, so that nobody has it found out again and again: the same bytes would fail the same way. */
export class KnownFaults {
  /** By hash, the oldest first; then by variant, '' for all of them. */
  private readonly faults = new Map<string, Map<string, Fault>>();

  find(sha256: string, variant: string): Fault | undefined {
    const known = this.faults.get(sha256);
    if (!known) return undefined;
    const [first] = known.values();
    return known.get('') ?? known.get(variant) ?? (known.size >= triedVariants ? first : undefined);
  }

  add(sha256: string, variant: string, fault: Fault): void {
    if (fault.holds === 'for now') return;
    const known = this.faults.get(sha256) ?? new Map<string, Fault>();
    known.set(fault.holds === 'for all' ? '' : variant, fault);
    this.faults.set(sha256, known);
    const [oldest] = this.faults.keys();
    if (this.faults.size > knownPictures && oldest !== undefined) this.faults.delete(oldest);
  }
}

import { convertAlong, type Converted } from './conversion.js';
import type { JsonObject } from './json.js';
import type { Ladder } from './ladder.js';

/**
 * One document at every schema version that there is a way to. Each is asked for once, and it costs least to ask for
 * those above in ascending order and for those below in descending order.
 */
export class Conversions {
  private readonly up: Generator<Converted & { readonly at: number }>;
  private readonly down: Generator<Converted & { readonly at: number }>;
  private readonly waiting = new Map<number, Converted>();

  /** @param document at `from`; it stays as it is */
  constructor(
    ladder: Ladder,
    type: string,
    private readonly from: number,
    private readonly document: JsonObject,
  ) {
    this.up = convertAlong(ladder, type, document, from, 'up');
    this.down = convertAlong(ladder, type, document, from, 'down');
  }

  /** @throws Error where no way leads */
  at(schemaVersion: number): Converted {
    if (schemaVersion === this.from) return { content: this.document, isUntouched: true, broken: [] };
    const steps = schemaVersion > this.from ? this.up : this.down;
    while (!this.waiting.has(schemaVersion)) {
      const { done, value } = steps.next();
      if (done) throw new Error(`there is no way from schema version ${this.from} to ${schemaVersion}`);
      this.waiting.set(value.at, value);
    }
    const found = this.waiting.get(schemaVersion) as Converted; // it has just been waited for
    this.waiting.delete(schemaVersion);
    return found;
  }
}

import { Refusal } from '../../refusal.js';
import { sizeOf, sizeRefusal } from '../../schema/json/document-size.js';
import type { JsonValue } from '../../schema/json/json.js';

/**
 * Steps (`schema/steps.ts`) that a single write, or a batch, may take of the writer: about a second of its processor, however
 * they are spent. Counted, and not measured, so that every machine decides alike.
 */
export const stepsLimit = 30_000_000;

/** What of its steps one change set, or one of its commands, has left. */
export class WorkBudget {
  private spent = 0;

  constructor(private readonly limit: number) {}

  /**
   * To be told before the steps are taken, those of one document at one schema version at a time.
   * @throws Refusal `too-much-work` {limit}
   */
  spend(steps: number, wayOut: string): void {
    this.spent += steps;
    if (this.spent <= this.limit) return;
    throw new Refusal(
      'too-much-work',
      `what has to be looked at is too much for one request (it takes more than ${this.limit} steps): ${wayOut}`,
      { limit: this.limit },
    );
  }
}

/** @throws Refusal `too-much-work` {limit} of content that holds more than a document may */
export function requireModest(content: JsonValue): void {
  const refusal = sizeRefusal(sizeOf(content));
  if (refusal) throw refusal;
}

import { Refusal } from '../../refusal.js';
import { sizeOf, sizeRefusal } from '../../schema/json/document-size.js';
import type { JsonValue } from '../../schema/json/json.js';

/**
 * Steps that a single write, or a batch, may take of the writer: a few seconds at most, and what it takes to merge 5,000 blocks
 * of eight values over 50 schema versions. A step is one value converted and checked at one schema version. Counted, and not measured, so that every machine decides alike.
 */
export const mostSteps = 45_000_000;

/** How much dearer a list or an object is than another value, and a block than another object: as measured. */
const moreForContainer = 4;
const moreForBlock = 8;
/** Steps of a value that is merged at one schema version. */
export const stepsOfMerge = 4;

/** What of its steps one change set, or one of its commands, has left. */
export class WorkBudget {
  private spent = 0;

  constructor(private readonly limit: number) {}

  /**
   * To be told before the steps are taken.
   * @throws Refusal `too-much-work` {steps, limit}
   */
  spend(steps: number, wayOut: string): void {
    this.spent += steps;
    if (this.spent <= this.limit) return;
    throw new Refusal(
      'too-much-work',
      `what has to be looked at is too much for one request (${this.spent} steps, and ${this.limit} can be): ${wayOut}`,
      { steps: this.spent, limit: this.limit },
    );
  }
}

/** Steps that a document costs at one schema version. */
export function stepsOf(document: JsonValue): number {
  const { values, containers, blocks } = sizeOf(document);
  return values + moreForContainer * containers + moreForBlock * blocks;
}

/** @throws Refusal `too-much-work` {limit} of content that holds more than a document may */
export function requireModest(content: JsonValue): void {
  const refusal = sizeRefusal(sizeOf(content));
  if (refusal) throw refusal;
}

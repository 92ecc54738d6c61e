import { convertAlong, type Step } from './conversion.js';
import type { JsonObject } from './json/json.js';
import type { Ladder } from './ladder.js';

type Steps = Generator<Step, void, JsonObject | undefined>;

/**
 * One version of a page at every schema version that there is a way to. Each is asked for once, and it costs least to
 * ask for those above in ascending order and for those below in descending order.
 */
export class Conversions {
  private readonly up: Steps;
  private readonly down: Steps;
  /** The schema version that a way has come to. */
  private readonly reached = new Map<Steps, number>();
  private readonly waiting = new Map<number, Step>();

  /**
   * @param document at `from`; it stays as it is
   * @param known what is known at some schema versions: conversion goes on from there
   */
  constructor(
    ladder: Ladder,
    type: string,
    private readonly from: number,
    private readonly document: JsonObject,
    private readonly known: (schemaVersion: number) => JsonObject | undefined = () => undefined,
  ) {
    this.up = convertAlong(ladder, type, document, from, 'up');
    this.down = convertAlong(ladder, type, document, from, 'down');
  }

  /** @throws Error where no way leads */
  at(schemaVersion: number): Pick<Step, 'content' | 'broken'> {
    if (schemaVersion === this.from) return { content: this.document, broken: [] };
    const steps = schemaVersion > this.from ? this.up : this.down;
    while (!this.waiting.has(schemaVersion)) {
      const here = this.reached.get(steps);
      const { done, value } = steps.next(here === undefined ? undefined : this.known(here));
      if (done) throw new Error(`there is no way from schema version ${this.from} to ${schemaVersion}`);
      this.reached.set(steps, value.at);
      const known = this.known(value.at);
      this.waiting.set(value.at, known ? { at: value.at, content: known, broken: [] } : value);
    }
    const found = this.waiting.get(schemaVersion) as Step; // it has just been waited for
    this.waiting.delete(schemaVersion);
    return found;
  }
}

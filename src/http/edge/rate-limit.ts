/** So many of those who are limited are remembered; beyond that the ones that asked longest ago are not. */
const rememberedLimit = 10_000;

const minuteMs = 60_000;

/**
 * How much each of many may ask for: so much a minute, all of it at once if it has been quiet for that long (the generic cell
 * rate algorithm, ITU-T I.371). What is remembered of each is one number: when all that it has asked for would be due at that pace.
 */
export class RateLimit {
  private readonly due = new Map<string, number>();

  /** `perMinute`: 0 for no limit. */
  constructor(
    readonly perMinute: number,
    private readonly most = rememberedLimit,
  ) {}

  get remembered(): number {
    return this.due.size;
  }

  /**
   * Takes `weight` for this one: 0, or the milliseconds to wait until there is so much, and nothing is taken. What weighs more
   * than all of a minute's takes all of it. `nowMs` never goes back.
   */
  take(one: string, weight: number, nowMs: number): number {
    if (this.perMinute === 0) return 0;
    const costMs = (Math.min(weight, this.perMinute) * minuteMs) / this.perMinute;
    const dueMs = Math.max(this.due.get(one) ?? 0, nowMs) + costMs;
    const waitMs = dueMs - nowMs - minuteMs;
    if (waitMs > 0) return waitMs;
    // Anew, so that they stand in the order in which they have asked.
    this.due.delete(one);
    this.due.set(one, dueMs);
    if (this.due.size > this.most) this.forgetFirst();
    return 0;
  }

  private forgetFirst(): void {
    for (const one of this.due.keys()) {
      this.due.delete(one);
      return;
    }
  }
}

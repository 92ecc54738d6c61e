const dayMs = 86_400_000;
/** Prime to everything that clocks count in, so that every part of a time changes. */
const leapMs = 401 * dayMs + 3_661_001;

/**
 * Makes the clock of this thread leap a good year ahead at every reading, so that a rung that looks at it is found by
 * being run twice, however fast. Only for a thread that does nothing else.
 */
export function installLeapingClock(): void {
  const RealDate = Date;
  let nowMs = RealDate.now();
  const leap = (): number => (nowMs = (nowMs + leapMs) % 8e15); // the end of time is at 8.64e15 (ECMA-262)
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget): Date =>
      Reflect.construct(target, args.length === 0 ? [leap()] : args, newTarget) as Date,
    apply: () => new RealDate(leap()).toString(),
    get: (target, key, receiver): unknown => (key === 'now' ? leap : Reflect.get(target, key, receiver)),
  });
}

/** Choices that a seed decides: the same seed and name give the same row of choices on every machine. */
export interface Random {
  /** From 0 up to, and without, 1. */
  fraction(): number;
  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number;
  /** @throws Error when there is nothing to choose from */
  pick<Item>(items: readonly Item[]): Item;
  /** Another row of choices, for somebody with that name. */
  named(name: string): Random;
}

export function randomOf(seed: number, name = ''): Random {
  let state = seed >>> 0;
  for (const letter of name) state = Math.imul(state ^ letter.charCodeAt(0), 0x9e3779b1) >>> 0;
  const ownSeed = state;
  const fraction = (): number => {
    // mulberry32 (Tommy Ettinger).
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number =>
    least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    between,
    pick: (items) => {
      if (items.length === 0) throw new Error('nothing to choose from');
      return items[between(0, items.length - 1)] as (typeof items)[number];
    },
    named: (other) => randomOf(ownSeed, `/${other}`),
  };
}

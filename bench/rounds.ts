/**
 * Runs the measurements in turn, again and again, so that a slow moment of the machine meets all of them alike. Each
 * round begins with another one: what one has written is still on its way to the disk when the next one runs.
 *
 * @returns what each gave in each round, in the order of the measurements.
 */
export async function interleave<Result>(
  rounds: number,
  measurements: readonly (() => Promise<Result>)[],
): Promise<readonly (readonly Result[])[]> {
  const results = measurements.map((): Result[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < measurements.length; turn += 1) {
      const index = (round + turn) % measurements.length;
      const result = await measurements[index]?.();
      if (result !== undefined) results[index]?.push(result);
    }
  }
  return results;
}

/**
 * The median of what one gave over what the other gave in the same round. On a machine whose speed changes from
 * second to second it is steadier than the ratio of two medians, and need not equal it.
 */
export function medianRatio(ones: readonly number[], others: readonly number[]): number {
  return median(ones.map((one, round) => one / (others[round] ?? Number.NaN)));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

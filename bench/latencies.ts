/** What a load run saw. Only answers of 2xx count; a run with any other fails, for it measured something else. */
export interface LoadResult {
  readonly answers: number;
  readonly ratePerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface Latencies {
  readonly add: (status: number, latencyMs: number) => void;
  /**
   * @throws Error that counts the refusals by status, or says that nothing was answered.
   */
  readonly result: (elapsedMs: number) => LoadResult;
}

export function collectLatencies(): Latencies {
  const refusals = new Map<number, number>();
  const latenciesMs: number[] = [];
  return {
    add: (status, latencyMs) => {
      if (status >= 200 && status < 300) latenciesMs.push(latencyMs);
      else refusals.set(status, (refusals.get(status) ?? 0) + 1);
    },
    result: (elapsedMs) => {
      const answers = latenciesMs.length;
      if (refusals.size > 0) {
        const counts = [...refusals].map(([status, count]) => `${count} of status ${status}`).join(', ');
        throw new Error(`expected only answers of 2xx, found ${counts} beside ${answers} good ones`);
      }
      if (answers === 0) throw new Error('nothing was answered');
      const sorted = Float64Array.from(latenciesMs).sort();
      const quantile = (share: number): number => sorted[Math.ceil(share * answers) - 1] ?? Number.NaN;
      return {
        answers,
        ratePerSecond: (answers / elapsedMs) * 1000,
        p50Ms: quantile(0.5),
        p99Ms: quantile(0.99),
        maxMs: quantile(1),
      };
    },
  };
}

import type { Projection } from '../../src/projections/projection.js';

const neverWoken = new Int32Array(new SharedArrayBuffer(4));

/** A projection of no tables, which only takes its time for each event, in milliseconds. */
export const slowProjection = (ms: number): Projection => ({
  name: 'slow',
  version: 1,
  tables: [],
  fold: () => () => {
    Atomics.wait(neverWoken, 0, 0, ms);
  },
});

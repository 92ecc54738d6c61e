import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** How things stand at the moment of a scrape. */
export interface Measured {
  readonly position: number;
  readonly projections: readonly { readonly name: string; readonly position: number }[];
  readonly streams: number;
  readonly bodyBytes: number;
  readonly answerBytes: number;
  readonly largeReadsWaiting: number;
}

export interface Instruments {
  readonly registry: Registry;
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  readonly changeSets: Histogram;
  readonly commits: Histogram;
  readonly show: (measured: Measured) => void;
}

/** In seconds. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What is measured, by name; with what Node and the process tell of themselves, the delay of the event loop among it. */
export function instrumentsOn(walBytes: () => number): Instruments {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = <L extends string = never>(name: string, help: string, labelNames: L[] = []): Gauge<L> =>
    new Gauge({ name: `palimpsest_${name}`, help, labelNames, registers });
  const histogram = <L extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: L[] = [],
  ): Histogram<L> => new Histogram({ name: `palimpsest_${name}`, help, buckets, labelNames, registers });

  const position = gauge('log_position', 'Where the log stands');
  const wal = gauge('wal_bytes', 'Size of the write-ahead log');
  const lag = gauge('projection_lag_events', 'Events of the log that a projection does not hold', [
    'projection',
  ]);
  const streams = gauge('event_streams', 'Event streams that are open');
  const held = gauge('held_bytes', 'Bytes of bodies and of answers that clients hold in memory', ['of']);
  const largeReads = gauge('large_reads_waiting', 'Large reads that wait for a thread');
  return {
    registry,
    requests: histogram(
      'http_request_duration_seconds',
      'From the head of a request to the end of its answer; streams are left out',
      durations,
      ['method', 'route', 'status'],
    ),
    changeSets: histogram(
      'commit_change_sets',
      'Change sets that share a commit, and one sync of the disk',
      [1, 2, 5, 10, 20, 50, 100, 200, 500],
    ),
    commits: histogram('commit_duration_seconds', 'A commit, with its sync of the disk', [
      0.0005,
      ...durations,
    ]),
    show: (measured) => {
      position.set(measured.position);
      wal.set(walBytes());
      for (const projection of measured.projections)
        lag.set({ projection: projection.name }, Math.max(0, measured.position - projection.position));
      streams.set(measured.streams);
      held.set({ of: 'bodies' }, measured.bodyBytes);
      held.set({ of: 'answers' }, measured.answerBytes);
      largeReads.set(measured.largeReadsWaiting);
    },
  };
}

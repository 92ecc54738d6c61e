import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { registered } from '../../projections/replay/registry.js';
import { ReadModel } from '../../queries/read-model.js';
import { HeldMemory } from '../edge/holding.js';
import { requireNoQuery } from '../edge/shape.js';
import { DEAR_READS, type DearReads } from '../large-reads/dear-reads.js';
import { readRoute } from '../routing/read-route.js';
import { Metrics } from './metrics.js';

/** What the server has measured. */
class FindMetrics extends Query<{ readonly text: string; readonly position: number }> {}

@QueryHandler(FindMetrics)
export class FindMetricsHandler implements IQueryHandler<FindMetrics> {
  constructor(
    private readonly model: ReadModel,
    private readonly memory: HeldMemory,
    private readonly metrics: Metrics,
    @Inject(DEAR_READS) private readonly reads: DearReads,
  ) {}

  async execute(): Promise<{ readonly text: string; readonly position: number }> {
    const position = this.model.position();
    const { streams, bodies, answers } = this.memory;
    const text = await this.metrics.text({
      position,
      projections: registered(this.model.db),
      streams: streams.inUse,
      bodyBytes: bodies.inUse,
      answerBytes: answers.inUse,
      largeReadsWaiting: this.reads.counts.waiting,
    });
    return { text, position };
  }
}

export const getMetrics = readRoute({
  operationId: 'getMetrics',
  summary: 'What the server has measured, as Prometheus reads it',
  description:
    'Of the server and of requests by route, never by page or token: there are as many series with ten pages as with ten thousand.',
  path: '/metrics',
  permission: 'measure',
  content: { 'text/plain': { schema: { type: 'string' } } },
  ask: ({ query }) => {
    requireNoQuery(query);
    return new FindMetrics();
  },
  show: ({ text }) => ({
    status: 200,
    headers: {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      vary: 'Authorization',
      'cache-control': 'no-store',
    },
    body: text,
  }),
});

import { statSync } from 'node:fs';
import type { Commit } from '../../writer/one-transaction.js';
import { knownMethod } from '../edge/known-method.js';
import type { AnsweredRequest } from '../edge/watch-requests.js';
import type { Instruments, Measured } from './instruments.js';

/**
 * What a server has done, and how it does, as Prometheus reads it. Labels are templates of routes, methods and statuses, and
 * never what is in a request: there are as many series for ten pages as for a million. The library is loaded when somebody is
 * served, beside the first requests.
 */
export class Metrics {
  private instruments: Instruments | undefined;
  /** What happened before the library was there; nothing is kept where nobody will ask. */
  private before: ((to: Instruments) => void)[] | undefined;

  /** `database`: its file */
  constructor(private readonly database: string) {}

  /** Begins to count. */
  start(): void {
    this.before = [];
    void this.load();
  }

  readonly noteRequest = ({ method, route, status, ms, isStream }: AnsweredRequest): void => {
    if (isStream) return; // open as long as its client likes
    const labels = {
      method: knownMethod(method) ?? 'other',
      route: route === '' ? 'none' : route,
      status: String(status),
    };
    this.note(({ requests }) => {
      requests.observe(labels, ms / 1000);
    });
  };

  readonly noteCommit = ({ changeSets, ms }: Commit): void => {
    this.note((to) => {
      to.changeSets.observe(changeSets);
      to.commits.observe(ms / 1000);
    });
  };

  /** In Prometheus' text format, version 0.0.4. */
  async text(measured: Measured): Promise<string> {
    const { registry, show } = this.instruments ?? (await this.load());
    show(measured);
    return registry.metrics();
  }

  private note(work: (to: Instruments) => void): void {
    if (this.instruments) work(this.instruments);
    else this.before?.push(work);
  }

  private async load(): Promise<Instruments> {
    const { instrumentsOn } = await import('./instruments.js');
    this.instruments ??= instrumentsOn(() => walBytes(this.database));
    for (const work of this.before ?? []) work(this.instruments);
    this.before = undefined;
    return this.instruments;
  }
}

function walBytes(database: string): number {
  return statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

import type { Finding } from '../../schema/laws/finding.js';
import type { StoredOutcome } from './check-stored.js';
import type { FromThread, Job, Whereabouts } from './check-tasks.js';
import { watchThread } from './watch-thread.js';

export interface CheckSettings {
  readonly migrations: string | undefined;
  readonly runs: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
}

/** What jobs came to; each finding with the job that made it. */
export interface JobResults {
  readonly found: readonly { readonly job: Job; readonly finding: Finding }[];
  readonly stored: StoredOutcome | null;
}

const endless = 'does not come to an end';

/**
 * Does jobs on a thread, one after the other. A rung that hangs is found by doing its job again with care, and what
 * else would run it is left out: there is nothing more to be learned from it.
 */
export async function doJobs(jobs: readonly Job[], settings: CheckSettings): Promise<JobResults> {
  const found: { job: Job; finding: Finding }[] = [];
  let stored: StoredOutcome | null = null;
  let left = jobs;
  while (left.length > 0) {
    const [first] = left;
    let current = first;
    const ending = await watch(left, settings, false, (message) => {
      if (message.kind === 'job') {
        current = left[message.index];
        settings.progress(jobs.length - left.length + message.index, jobs.length);
      } else if (message.kind === 'findings' && current) {
        for (const finding of message.findings) found.push({ job: current, finding });
      } else if (message.kind === 'stored') stored = message.outcome;
      else if (message.kind === 'progress') settings.progress(message.done, message.total);
    });
    if (ending === 'done' || !current) break;
    const finding = await findEndless(current, settings);
    found.push({ job: current, finding });
    left = left.slice(left.indexOf(current) + 1).filter((job) => !runs(job, finding.rung));
  }
  return { found, stored };
}

function watch(
  jobs: readonly Job[],
  { migrations, runs: count, seed, signal }: CheckSettings,
  isCareful: boolean,
  onMessage: (message: FromThread) => void,
): ReturnType<typeof watchThread> {
  return watchThread({ migrations, runs: count, seed, jobs, isCareful }, onMessage, signal);
}

/** Names the rung that hangs, and the example that it hangs on. */
async function findEndless(job: Job, settings: CheckSettings): Promise<Finding> {
  let last: Whereabouts | undefined;
  await watch([job], settings, true, (message) => {
    if (message.kind === 'at') last = message.whereabouts;
  });
  const stage =
    job.kind === 'stage'
      ? job.stage
      : job.kind === 'case'
        ? job.case
        : { law: 'totality', from: 1, to: 1, type: '' };
  const { from, to, type } = last?.finding ?? stage;
  const on = last?.stored ? ` on ${last.stored}` : '';
  return {
    law: 'totality',
    from,
    to,
    type,
    rung: last?.rung ?? null,
    pointer: '',
    message: `${endless}${on}: it was stopped`,
    trial: last?.finding?.trial ?? null,
    seed: settings.seed,
  };
}

/** Whether a job would run a rung; of one that is not known, any would. */
function runs(job: Job, rung: number | null): boolean {
  if (rung === null || job.kind === 'stored') return true;
  const { from, to } = job.kind === 'stage' ? job.stage : job.case;
  return Math.min(from, to) < rung && rung <= Math.max(from, to);
}

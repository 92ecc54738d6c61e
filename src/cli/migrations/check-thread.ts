import { parentPort, workerData } from 'node:worker_threads';
import { openLadder, rungTexts } from '../../ladder/open-ladder.js';
import type { Ladder } from '../../schema/ladder.js';
import { checkCase } from '../../schema/laws/check-case.js';
import { checkStage } from '../../schema/laws/check-stage.js';
import type { Finding } from '../../schema/laws/finding.js';
import { stagesOf } from '../../schema/laws/stages.js';
import { textsIn, type Texts } from '../../schema/laws/texts.js';
import { checkStored } from '../../schema/laws/stored-content.js';
import type { Trial } from '../../schema/laws/trial.js';
import { exitCodeOf } from '../../installation/exit-code.js';
import { reading } from '../../installation/reading.js';
import { checkStoredContent, collectTexts } from './check-stored.js';
import type { CheckStart, FromThread, Job } from './check-tasks.js';
import { installLeapingClock } from './leaping-clock.js';

/** The body of the thread that runs rungs: whoever started it may stop it when it goes on for ever. */
const start = workerData as CheckStart; // as `watchThread` hands it over
const pulse = new Int32Array(start.pulse);

function post(message: FromThread): void {
  parentPort?.postMessage(message);
}

function beat(): void {
  Atomics.add(pulse, 0, 1);
}

async function run(): Promise<void> {
  installLeapingClock();
  const ladder = await openLadder(start.migrations, (rung) => {
    Atomics.store(pulse, 1, rung);
  });
  beat();
  if (start.jobs === null) {
    const rungs = ladder.versions.map(({ version, title, rung: { losses, irreversible } }) => ({
      version,
      title,
      losses,
      irreversible,
    }));
    post({ kind: 'ladder', rungs, stages: stagesOf(ladder) });
  }
  const jobs = start.jobs ?? [];
  const texts = await textsFor(jobs);
  for (const [index, job] of jobs.entries()) {
    post({ kind: 'job', index });
    await doJob(ladder, job, texts);
  }
  post({ kind: 'done' });
}

/** Texts for examples: those that the rungs speak of, and some of what is stored. */
async function textsFor(jobs: readonly Job[]): Promise<Texts> {
  const stored = new Set<string>();
  for (const job of jobs)
    if (job.kind === 'stored')
      await reading(job.data, (db) => {
        collectTexts(db, stored);
      });
  return { ...textsIn(rungTexts(start.migrations)), stored: [...stored] };
}

async function doJob(ladder: Ladder, job: Job, texts: Texts): Promise<void> {
  if (job.kind === 'stored') {
    await reading(job.data, (db) => {
      const outcome = checkStoredContent(db, ladder, {
        progress: (done, total) => {
          beat();
          if (done % progressEvery === 0) post({ kind: 'progress', done, total });
        },
        at: (rung, page, version) => {
          const message = `content version ${version} of page ${page}`;
          if (start.isCareful) post({ kind: 'at', whereabouts: { rung, finding: null, stored: message } });
        },
      });
      post({ kind: 'stored', outcome });
    });
    return;
  }
  if (job.kind === 'case') {
    const { law, seed, ...trial } = job.case;
    onTrial(ladder, law, trial);
    const finding = checkCase(ladder, { law, seed, ...trial });
    if (finding) post({ kind: 'findings', findings: [finding] });
    return;
  }
  const { runs, seed } = start;
  const findings = checkStage(ladder, job.stage, {
    runs,
    seed,
    texts,
    onTrial: (trial) => {
      onTrial(ladder, job.stage.law, trial);
    },
  });
  if (findings.length > 0) post({ kind: 'findings', findings });
}

const progressEvery = 1_000;

/** In a careful run, every document goes rung by rung first, so that the last message names the one that hangs. */
function onTrial(ladder: Ladder, law: string, trial: Trial): void {
  beat();
  if (!start.isCareful) return;
  const { from, to, type } = trial;
  const finding: Finding = {
    law,
    from,
    to,
    type,
    rung: null,
    pointer: '',
    message: '',
    trial,
    seed: start.seed,
  };
  for (const step of trial.history) {
    if (step.kind === 'restore') continue;
    checkStored(ladder, type, step.schemaVersion, step.document, (rung) => {
      post({ kind: 'at', whereabouts: { rung, finding, stored: null } });
      beat();
    });
  }
  post({ kind: 'at', whereabouts: { rung: null, finding, stored: null } });
}

try {
  await run();
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const exitCode = exitCodeOf(error);
  post({
    kind: 'failed',
    exitCode: exitCode ?? null,
    message: exitCode === undefined ? (stack ?? message) : message,
  });
}

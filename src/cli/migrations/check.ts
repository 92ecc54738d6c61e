import { randomInt } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import type { Finding } from '../../schema/laws/finding.js';
import type { Stage } from '../../schema/laws/stage.js';
import { exitCodes } from '../../installation/operator-error.js';
import { print, type CommonOptions } from '../../installation/output.js';
import { progressOn } from '../../installation/progress.js';
import { stopSignal } from '../../installation/reading.js';
import { doJobs, type CheckSettings, type JobResults } from './check-jobs.js';
import { describeReport, type CheckReport, type Reported } from './check-report.js';
import type { Job, RungFacts } from './check-tasks.js';
import { watchThread } from './watch-thread.js';

interface CheckOptions extends CommonOptions {
  readonly against?: string;
  readonly runs: number;
  readonly seed: number;
  readonly cases: boolean;
}

export function addCheck(migrations: Command): void {
  migrations
    .command('check')
    .description('look for documents, edits and histories that the rungs lose something of')
    .option('--against <directory>', 'also run every rung over everything stored in a data directory')
    .option('--runs <number>', 'how many examples of each kind', positive, 200)
    .option('--seed <number>', 'makes the same examples again', wholeNumber, randomInt(2 ** 31))
    .option('--no-cases', 'keep no example as a case for later checks')
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<CheckOptions>();
      const report = await check(options);
      print(options.json, report, () => describeReport(report));
      if (!report.sound) process.exitCode = exitCodes.badData;
    });
}

function positive(text: string): number {
  const number = wholeNumber(text);
  if (number > 0) return number;
  throw new InvalidArgumentError('expected at least 1.');
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError('expected a whole number.');
}

async function check({
  migrations,
  against,
  runs,
  seed,
  cases: keepsCases,
}: CheckOptions): Promise<CheckReport> {
  const progress = progressOn(process.stderr, 'checking');
  const settings = { migrations, runs, seed, signal: stopSignal(), progress: progress.update };
  const { rungs, stages } = await lookAtLadder(settings);
  // The laws take long to load, which no other verb need wait for.
  const { caseDirectory, readCases, writeCase } = await import('./case-files.js');
  const directory = caseDirectory(migrations);
  const cases = readCases(directory, rungs.length);
  const results = await doJobs(
    [
      // First: what goes wrong with content that is stored is told with its page.
      ...(against === undefined ? [] : [{ kind: 'stored', data: against } as const]),
      ...cases.map(({ case: kept }): Job => ({ kind: 'case', case: kept })),
      ...stages.map((stage): Job => ({ kind: 'stage', stage })),
    ],
    settings,
  );
  progress.finish();
  const findings = worthTelling(results).map(({ job, finding }): Reported => {
    const known = job.kind === 'case' ? cases.find((file) => file.case === job.case)?.file : undefined;
    return { ...finding, file: known ?? (keepsCases ? writeCase(directory, finding) : undefined) ?? null };
  });
  const { stored } = results;
  return {
    sound: findings.length === 0 && (stored?.failures ?? []).length === 0,
    runs,
    seed,
    rungs: rungs.map((rung) => ({ ...rung, findings: countAt(findings, rung.version) })),
    findings,
    stored,
  };
}

/** The ladder is loaded on the thread, too: a rung may hang as soon as it is imported. */
async function lookAtLadder(
  settings: CheckSettings,
): Promise<{ rungs: readonly RungFacts[]; stages: readonly Stage[] }> {
  let facts: { rungs: readonly RungFacts[]; stages: readonly Stage[] } = { rungs: [], stages: [] };
  const { migrations, runs, seed, signal } = settings;
  await watchThread(
    { migrations, runs, seed, jobs: null, isCareful: false },
    (message) => {
      if (message.kind === 'ladder') facts = message;
    },
    signal,
  );
  return facts;
}

/** What shows on a rung alone need not be told of the whole ladder again, nor what stops every law with every law. */
function worthTelling({ found }: JobResults): JobResults['found'] {
  const isToldOfRung = ({ law, type }: Finding): boolean =>
    found.some(({ finding }) => finding.rung !== null && finding.law === law && finding.type === type);
  const isToldBefore = ({ from, to, type, trial, message }: Finding, index: number): boolean =>
    trial === null &&
    found.slice(0, index).some(({ finding }) => {
      const isOfPair = Math.max(finding.from, finding.to) === Math.max(from, to);
      return finding.trial === null && isOfPair && finding.type === type && finding.message === message;
    });
  return found.filter(
    ({ finding }, index) =>
      (finding.rung !== null || !isToldOfRung(finding)) && !isToldBefore(finding, index),
  );
}

function countAt(findings: readonly Finding[], version: number): number {
  return findings.filter(({ rung }) => rung === version).length;
}

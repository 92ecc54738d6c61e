import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import type * as documents from '../../../src/schema/laws/documents.js';
import type * as checkStage from '../../../src/schema/laws/check-stage.js';
import type * as histories from '../../../src/schema/laws/histories.js';
import type { Violation } from '../../../src/schema/laws/law.js';
import type * as allLaws from '../../../src/schema/laws/laws.js';
import type { Trial } from '../../../src/schema/laws/trial.js';
import type * as kinds from './kinds.js';
import type * as ladders from './ladders.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const copied = [
  'src/schema',
  'src/refusal.ts',
  'test/schema/laws/ladders.ts',
  'test/schema/laws/kinds.ts',
  'test/schema/ladder-of.ts',
  'package.json',
];
const directories: string[] = [];

afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

/** A fault to be put into the machinery: a snippet of a file under `src/schema`, and what takes its place. */
export interface Mutation {
  readonly file: string;
  readonly snippet: string;
  readonly by: string;
}

/** Looks for a fixed case that comes out wrong, then for a law that does not hold, with the same examples every time. */
export type FirstViolation = () =>
  { readonly law: string; readonly violation: Violation; readonly trial: Trial } | string | undefined;

/**
 * The machinery with a fault in it, laws and all, loaded beside the sound one.
 * @throws Error for a snippet that is not there once
 */
export async function mutant(...mutations: readonly Mutation[]): Promise<FirstViolation> {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-mutant-'));
  directories.push(directory);
  for (const path of copied) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    cpSync(join(root, path), join(directory, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  for (const { file, snippet, by } of mutations) {
    const path = join(directory, 'src/schema', file);
    const parts = readFileSync(path, 'utf8').split(snippet);
    if (parts.length !== 2)
      throw new Error(`${file}: expected this once, found it ${parts.length - 1} times: ${snippet}`);
    writeFileSync(path, parts.join(by));
  }
  const load = (path: string): Promise<unknown> => import(join(directory, path));
  const machinery = {
    ...((await load('src/schema/laws/laws.ts')) as typeof allLaws),
    ...((await load('src/schema/laws/check-stage.ts')) as typeof checkStage),
    ...((await load('src/schema/laws/histories.ts')) as typeof histories),
    ...((await load('src/schema/laws/documents.ts')) as typeof documents),
    ...((await load('test/schema/laws/ladders.ts')) as typeof ladders),
  };
  const { firstWrongKind } = (await load('test/schema/laws/kinds.ts')) as typeof kinds;
  return () => firstWrongKind() ?? firstViolation(machinery);
}

type Machinery = typeof allLaws & typeof checkStage & typeof histories & typeof documents & typeof ladders;

/** Every example is made once, and every law tried on it. */
function firstViolation({
  laws,
  violationOf,
  enacted,
  plansOf,
  documentsOf,
  exampleLadder,
  fixedHistories,
}: Machinery): ReturnType<FirstViolation> {
  const ladder = exampleLadder();
  const versions = ladder.versions.map(({ version }) => version);
  function* trials(): Generator<readonly [kind: 'documents' | 'histories', trial: Trial]> {
    for (const history of fixedHistories) {
      yield ['histories', { from: 1, to: ladder.finalized, type: 'page', history }];
    }
    for (const from of versions) {
      const to = from === 1 ? ladder.finalized : 1;
      for (const document of fc.sample(documentsOf(ladder, 'page', from), { numRuns: 100, seed: from })) {
        if (ladder.faults(from, 'page', document).length > 0) continue;
        yield [
          'documents',
          { from, to, type: 'page', history: [{ kind: 'create', schemaVersion: from, document }] },
        ];
      }
    }
    for (let seed = 1; seed <= 5; seed++) {
      for (const plans of fc.sample(plansOf(ladder, 'page', versions), { numRuns: 50, seed })) {
        const history = enacted(ladder, 'page', plans, versions);
        if (history) yield ['histories', { from: 1, to: ladder.finalized, type: 'page', history }];
      }
    }
  }
  for (const [kind, trial] of trials()) {
    for (const law of laws) {
      const isTriedOn = law.triedOn === kind || (law.triedOn === 'anything' && kind === 'documents');
      const violation = isTriedOn ? violationOf(ladder, law, trial) : undefined;
      if (violation) return { law: law.name, violation, trial };
    }
  }
  return undefined;
}

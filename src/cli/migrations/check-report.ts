import type { Finding } from '../../schema/laws/finding.js';
import { shortened } from '../../schema/shortened.js';
import type { StoredOutcome } from './check-stored.js';
import type { RungFacts } from './check-tasks.js';

/** A finding and the file in which its example is kept. */
export interface Reported extends Finding {
  readonly file: string | null;
}

/** What a check of the ladder found. */
export interface CheckReport {
  readonly sound: boolean;
  readonly runs: number;
  readonly seed: number;
  readonly rungs: readonly (RungFacts & { readonly findings: number })[];
  readonly findings: readonly Reported[];
  /** What stored content came to, if any was looked at. */
  readonly stored: StoredOutcome | null;
}

/** The report as people read it: a table of the rungs, then what was found. */
export function describeReport({ runs, seed, rungs, findings, stored }: CheckReport): string {
  const rows = [
    ['rung', 'title', 'lossy', 'irreversible', 'result'],
    ...rungs.map((rung) => [
      String(rung.version),
      rung.title,
      rung.losses.join('; ') || 'no',
      rung.irreversible ?? 'no',
      rung.findings === 0 ? 'holds' : counted(rung.findings),
    ]),
  ];
  return [
    ...table(rows),
    '',
    ...findings.map(describeFinding),
    ...(stored ? describeStored(stored) : []),
    `${counted(findings.length)} with ${runs} examples of each kind, seed ${seed}`,
  ].join('\n');
}

function counted(findings: number): string {
  if (findings === 0) return 'no findings';
  return findings === 1 ? '1 finding' : `${findings} findings`;
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function describeFinding({ law, from, to, rung, type, pointer, message, file }: Reported): string {
  const where = rung === null ? `schema versions ${from} to ${to}` : `rung ${rung} (${from} to ${to})`;
  const place = pointer === '' ? '' : ` at ${shortened(pointer, shownLimit)}`;
  const kept = file === null ? '' : `: see ${file}`;
  return `${where}, type ${type || 'any'}${place}: not ${adjective(law)}: ${shortened(message, shownLimit)}${kept}`;
}

/** Characters of a pointer, or of a sentence: what a rung makes may be long. The file of an example has all of it. */
const shownLimit = 1_000;

function adjective(law: string): string {
  return nouns[law] ?? law;
}

/** Laws whose names are no adjectives. */
const nouns: Readonly<Record<string, string>> = {
  totality: 'total',
  purity: 'pure',
  validity: 'valid',
  conservation: 'conserving what the writer could not see',
  locality: 'local',
  composition: 'composed of its rungs',
  restore: 'restored',
  'cache independence': 'independent of what is remembered',
  'declared losses': 'lossy as declared',
};

function describeStored({ versions, failures, losses, minimum }: StoredOutcome): readonly string[] {
  return [
    ...failures.map(
      ({ page, version, rung, schemaVersion, pointer, message }) =>
        `page ${page}, content version ${version}, rung ${rung}, at schema version ${schemaVersion}: ${shortened(pointer, shownLimit)} ${shortened(message, shownLimit)}`,
    ),
    ...losses.map(
      ({ rung, pointer, versions: count }) =>
        `rung ${rung} hides ${shortened(pointer, shownLimit)} in ${count} content versions`,
    ),
    minimum === null
      ? `${versions} content versions: the latest of some page can't be shown at the newest schema version`
      : `${versions} content versions: the minimum schema version can be ${minimum}`,
  ];
}

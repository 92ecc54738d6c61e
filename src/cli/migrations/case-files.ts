import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonValue } from '../../schema/json/json.js';
import { caseOf, readCase, type Case } from '../../schema/laws/case.js';
import type { Finding } from '../../schema/laws/finding.js';
import { OperatorError, exitCodes } from '../../installation/operator-error.js';
import { makeFilesAsTheUserDoes } from '../../installation/private-files.js';
import { programDirectory } from '../../installation/program.js';

/**
 * Where the cases of a ladder lie: beside its rungs. Those of the program's own ladder belong into its sources, where
 * somebody works on them, and are read from where the program is installed otherwise.
 */
export function caseDirectory(migrations: string | undefined): string {
  if (migrations !== undefined) return join(resolve(migrations), 'cases');
  const sources = resolve(join('src', 'migrations'));
  return join(
    existsSync(sources) ? sources : fileURLToPath(new URL('migrations', programDirectory)),
    'cases',
  );
}

/** A case and the file that it is kept in. */
export interface CaseFile {
  readonly file: string;
  readonly case: Case;
}

/** @throws OperatorError that names the file that is no case */
export function readCases(directory: string, current: number): readonly CaseFile[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => {
    const file = join(directory, name);
    try {
      return { file, case: readCase(JSON.parse(readFileSync(file, 'utf8')) as JsonValue, current) };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new OperatorError(exitCodes.badData, `${file} is no case: ${reason}; correct it, or delete it`, {
        cause,
      });
    }
  });
}

/** Keeps the example of a finding, under a name that the same example always gets; nothing where it has none. */
export function writeCase(directory: string, finding: Finding): string | undefined {
  const kept = caseOf(finding);
  if (!kept) return undefined;
  const { seed, ...example } = kept;
  const hash = createHash('sha256').update(JSON.stringify(example)).digest('hex').slice(0, 8);
  const rung = String(Math.max(kept.from, kept.to)).padStart(4, '0');
  const file = join(directory, `${rung}-${kept.law.replaceAll(' ', '-')}-${hash}.json`);
  makeFilesAsTheUserDoes();
  mkdirSync(directory, { recursive: true });
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify({ ...example, seed }, null, 2)}\n`);
  return file;
}

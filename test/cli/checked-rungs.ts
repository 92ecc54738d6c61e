import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckReport } from '../../src/cli/migrations/check-report.js';
import { run, temporaryDirectory } from './run.js';

/** The first rung of all ladders here. */
export const first = `export default ({ declare }) => declare({
  title: 'Notes',
  types: { note: { type: 'object', required: ['title'], properties: { title: { type: 'string' }, text: { type: 'string' } } } },
});`;

/** A rung with one function in it: `text` becomes `body`. */
export const byCode = (up: string, down = '({ body }) => (body === undefined ? {} : { text: body })') => `
export default ({ migration, code }) => migration({
  title: 'By code',
  types: { note: code({ reads: ['text'], writes: { body: { type: 'string' } }, up: ${up}, down: ${down} }) },
});`;
/** For `byCode`. */
export const plainUp = '({ text }) => (text === undefined ? {} : { body: text })';

/** A directory with one or two rungs. */
export function rungsOf(...texts: readonly string[]): string {
  const directory = temporaryDirectory();
  for (const [index, text] of texts.entries()) {
    writeFileSync(join(directory, index === 0 ? '0001-notes.mjs' : '0002-second.mjs'), text);
  }
  return directory;
}

/** A directory with `first` and another rung. */
export function rungs(second: string): string {
  return rungsOf(first, second);
}

/** What `migrations check --json` says of them, after 30 runs of seed 1. */
export async function check(migrations: string, ...more: readonly string[]) {
  const { code, stdout, stderr } = await run(
    ...['migrations', 'check', '--migrations', migrations, '--runs', '30', '--seed', '1', '--json', ...more],
  );
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as CheckReport };
}

/** The laws that were found broken, one a finding. */
export const laws = ({ findings }: CheckReport) => findings.map(({ law }) => law);

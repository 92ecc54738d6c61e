/** What benchmarks find, and how it is printed. */
import { fileURLToPath } from 'node:url';
import { machineFacts } from './machine.js';

export interface Figure {
  readonly figure: string;
  /** With its unit. */
  readonly product: string;
  /** The physical limit of the same run, with its unit. */
  readonly limit: string;
  readonly ratio: number;
  /** For a human: `≥ 0.6`. */
  readonly goal: string;
}

export type Benchmark = () => Promise<readonly Figure[]>;

/** The benchmark's table, when its file is what was started; nothing when it was imported. */
export async function printWhenStarted(moduleUrl: string, benchmark: Benchmark): Promise<void> {
  if (process.argv[1] !== fileURLToPath(moduleUrl)) return;
  printMachine();
  printFigures(await benchmark());
}

export function printMachine(): void {
  for (const fact of machineFacts()) console.log(fact);
}

export function printFigures(figures: readonly Figure[]): void {
  const rows = [
    ['figure', 'product', 'limit', 'ratio', 'goal'],
    ...figures.map((figure) => [
      figure.figure,
      figure.product,
      figure.limit,
      figure.ratio.toFixed(2),
      figure.goal,
    ]),
  ];
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length))) ?? [];
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  }
}

export function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en')}/s`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
}

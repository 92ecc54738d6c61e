/**
 * `npm run check` after the build: checks that need nothing of one another, two at a time. What they write comes out in the
 * order in which they stand here, and the first that fails keeps the next from being started.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';

/** By their names in package.json. The tests take all cores, and come in beside what is left of the lint. */
const checks = ['lint', 'types', 'floors', 'dead-code', 'jest'].map((name) => ({
  name,
  written: [],
  code: null,
}));
const waiting = [...checks];
const shown = [...checks];

/** Writes what there is of the check whose turn it is, and of those after it that have ended. */
function show() {
  for (let [check] = shown; check; [check] = shown) {
    process.stdout.write(check.written.splice(0).join(''));
    if (check.code === null) return;
    process.stdout.write(`${check.name}: ${check.code === 0 ? 'passed' : 'FAILED'}\n`);
    shown.shift();
  }
}

async function run(check) {
  const env = { ...process.env, ...(process.stdout.isTTY && { FORCE_COLOR: '1' }) };
  const child = spawn('npm', ['run', '--silent', check.name], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      check.written.push(text);
      show();
    });
  [check.code] = await once(child, 'close');
  check.code ??= 1; // a signal ended it
  show();
}

async function takeTurns() {
  while (waiting.length > 0 && checks.every(({ code }) => !code)) await run(waiting.shift());
}

await Promise.all([takeTurns(), takeTurns()]);
// Those that were not started have no place in what is shown.
process.exitCode = checks.some(({ code }) => code !== 0) ? 1 : 0;

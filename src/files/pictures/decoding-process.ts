import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import type { Fault, Outcome, Task, Word } from './decoder-job.js';
import { loadSharp, perform } from './decode.js';

/**
 * Decodes pictures on behalf of a server, which is not to share its threads, its memory and its secrets with what others wrote.
 * It ends when the server does, and ends itself when a picture takes too much.
 */
const lookEveryMs = 10;

yieldToOthers();
// A terminal, and systemd, tell all of a server's processes to end; the server still answers, and this one ends with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', die);
process.on('message', (task: Task) => {
  void answer(task);
});

const missing = await loadSharp();
say(missing === undefined ? { word: 'ready' } : { word: 'absent', why: missing });

async function answer({ job, limits }: Task): Promise<void> {
  const before = process.cpuUsage();
  const watch = setInterval(() => {
    const fault = excessOf(limits, before);
    if (!fault) return;
    clearInterval(watch);
    // What decodes can't be stopped but with all of its process.
    say({ word: 'done', outcome: { outcome: 'refused', fault }, isLast: true }, die);
  }, lookEveryMs);
  if (job.task === 'sweep') clearInterval(watch);
  let outcome: Outcome;
  try {
    outcome = await perform(job, limits);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    outcome = { outcome: 'failed', code, why: message };
  }
  clearInterval(watch);
  say({ word: 'done', outcome, isLast: false });
}

function excessOf(limits: Task['limits'], before: NodeJS.CpuUsage): Fault | undefined {
  const { user, system } = process.cpuUsage(before);
  if ((user + system) / 1000 > limits.cpuMs) {
    const why = `takes more than ${limits.cpuMs / 1000} s to be decoded and made smaller`;
    return { code: 'picture-too-large', why, holds: 'for this' };
  }
  if (process.memoryUsage.rss() > limits.memoryBytes) {
    const why = `takes more than ${Math.round(limits.memoryBytes / 1024 / 1024)} MiB of memory to be decoded`;
    return { code: 'picture-too-large', why, holds: 'for this' };
  }
  return undefined;
}

function say(word: Word, then: () => void = () => undefined): void {
  if (process.connected) process.send?.(word, then);
}

/** At once: an orderly exit would wait for what is being decoded. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Others come first, and where memory runs out this process goes first. Neither is possible everywhere. */
function yieldToOthers(): void {
  try {
    setPriority(10);
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // it decodes all the same
  }
}

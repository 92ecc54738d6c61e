/** Tells how far long work has come; `total` may grow. */
export interface Progress {
  readonly update: (done: number, total: number) => void;
  readonly finish: () => void;
}

interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const barWidth = 24;
const terminalEveryMs = 100;
const elsewhereEveryMs = 5_000;

/** A bar on a terminal, a line now and then elsewhere; both with rate and time left. `nowMs` is the clock. */
export function progressOn(terminal: Terminal, label: string, nowMs: () => number = Date.now): Progress {
  const startedMs = nowMs();
  const everyMs = terminal.isTTY ? terminalEveryMs : elsewhereEveryMs;
  let shownMs = startedMs;
  let last: { done: number; total: number } | undefined;

  const show = (done: number, total: number): void => {
    const line = describe(label, done, total, nowMs() - startedMs);
    terminal.write(terminal.isTTY ? `\r\u001b[K${bar(done, total)} ${line}` : `${line}\n`);
  };

  return {
    update: (done, total) => {
      last = { done, total };
      if (nowMs() - shownMs < everyMs) return;
      shownMs = nowMs();
      show(done, total);
    },
    finish: () => {
      if (!last || (!terminal.isTTY && shownMs === startedMs)) return;
      show(last.done, last.total);
      if (terminal.isTTY) terminal.write('\n');
    },
  };
}

function bar(done: number, total: number): string {
  const filled = total === 0 ? barWidth : Math.min(barWidth, Math.floor((done / total) * barWidth));
  return `[${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}]`;
}

function describe(label: string, done: number, total: number, elapsedMs: number): string {
  const perSecond = elapsedMs === 0 ? 0 : (done / elapsedMs) * 1000;
  const leftSeconds = perSecond === 0 ? '?' : String(Math.ceil((total - done) / perSecond));
  return `${label} ${done}/${total}, ${Math.round(perSecond)}/s, ${leftSeconds} s left`;
}

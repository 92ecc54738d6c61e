import { readFileSync } from 'node:fs';

/** What the kernel counts CPU time in for `/proc`, on every Linux there is: proc(5), sysconf(_SC_CLK_TCK). */
const tickMs = 10;

/** The CPU time that all threads of a process have used so far, to 10 ms; nothing where there is no `/proc`. */
export function cpuTimeMs(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, the name in parentheses, may hold spaces; `utime` is the 14th and `stime` the 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

import { rmSync } from 'node:fs';
import { importGit } from '../../../src/cli/git/import-git.js';
import { exportGit } from '../../../src/cli/git/export-git.js';
import { readHistory } from '../../../src/cli/git/read-history.js';
import { openHistoryLine } from '../../../src/cli/git/history-line.js';
import { openInstallation } from './installation.js';

test('site', async () => {
  const searchPath = process.env.PATH ?? '';
  const t: [string, number][] = [['0', performance.now()]];
  const line = await openHistoryLine('/tmp/src/site', { searchPath });
  let n = 0, m = 0, c = 0;
  for await (const commit of readHistory(line)) { n++; if (commit.changes.length) m++; c += commit.changes.length; }
  t.push([`read ${n} ${m} ${c}`, performance.now()]);
  const { db, submit, close } = openInstallation();
  const signal = new AbortController().signal;
  const done = await importGit({ repository: '/tmp/src/site' }, { db, submit, progress: () => undefined, signal, searchPath });
  t.push([JSON.stringify(done), performance.now()]);
  rmSync('/tmp/site-export', { recursive: true, force: true });
  const out = await exportGit('/tmp/site-export', { db, progress: () => undefined, signal, searchPath });
  t.push([JSON.stringify(out), performance.now()]);
  console.log(t.map(([k, v], i) => `${k}: ${i ? Math.round(v - t[i - 1]![1]) : 0} ms`).join('\n'));
  console.log(db.prepare('select type, count(*) n from events group by type').all());
  close();
}, 300000);

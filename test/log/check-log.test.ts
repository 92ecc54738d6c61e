import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkLog } from '../../src/log/check-log.js';
import { openDatabase } from '../../src/log/database.js';
import { createChunk } from '../support/commands.js';
import { openInstallation } from '../support/installation.js';

const directory = mkdtempSync(join(tmpdir(), 'palimpsest-check-log-'));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

test('a log that is appended to while it is checked is the log of one moment', () => {
  const { accept } = openInstallation(join(directory, 'db.sqlite'));
  accept(createChunk('before'));
  const db = openDatabase(join(directory, 'db.sqlite'), 'read');
  try {
    const told: unknown[] = [];
    const faults = checkLog(db, (position, end) => {
      told.push({ position, end });
      accept(createChunk('meanwhile'));
    });
    expect(faults).toEqual([]);
    expect(told).toEqual([{ position: 1, end: 1 }]);
    expect(checkLog(db, () => undefined)).toEqual([]);
  } finally {
    db.close();
  }
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogCopy } from '../../src/upgrade/copy-log.js';
import { createChunk } from '../support/commands.js';
import { openInstallation, program } from '../support/installation.js';
import { slowProjection } from '../support/slow-projection.js';

const events = 600;

test('a copy commits on the way, and tells how far it is, however few events it gets done', () => {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-'));
  const source = join(directory, 'source.sqlite');
  openInstallation(source).accept(Array.from({ length: events }, (_, n) => createChunk(`c${n}`)));
  const copy = LogCopy.begin(join(directory, 'copy.sqlite'), source, program, [slowProjection(3)], {});
  try {
    const told = [...copy.copyTo(events)];
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toBe(events);
  } finally {
    copy.close();
    rmSync(directory, { recursive: true });
  }
});

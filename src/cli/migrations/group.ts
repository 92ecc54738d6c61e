import type { Command } from 'commander';
import { addCheck } from './check.js';
import { addLock } from './lock.js';
import { addMinimum } from './minimum.js';
import { addNew } from './new.js';
import { addSunset } from './sunset.js';

export function addMigrations(cli: Command): void {
  const migrations = cli
    .command('migrations')
    .description('write, check and release the rungs between schema versions; say which ones are served');
  addNew(migrations);
  addCheck(migrations);
  addLock(migrations);
  addMinimum(migrations);
  addSunset(migrations);
}

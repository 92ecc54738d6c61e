#!/usr/bin/env node
import { hearIfFirstProcess, leaveWithSupervisor } from '../installation/leaving.js';
import { makeFilesPrivate } from '../installation/private-files.js';
import { supervisedFlag } from '../server/supervised.js';

// Before anything else, which takes a moment to load: signals count from here on, and so does who may read what is made.
makeFilesPrivate();
hearIfFirstProcess();
if (process.argv.includes(supervisedFlag)) leaveWithSupervisor();

// A file that would be too long (setrlimit(2)) is an error of the write.
process.on('SIGXFSZ', () => undefined);

const { runCommandLine } = await import('./command-line.js');
await runCommandLine();

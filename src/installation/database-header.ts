import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { WrongDatabase, wrongFormat } from '../log/installation.js';
import { applicationId, formatVersion } from '../log/log-tables.js';

/**
 * Makes sure, before it is opened, that a file may be a database of ours: to open one is to change it. Reads the
 * header (sqlite.org/fileformat.html §1.3); a database without an application id may have ours in its write-ahead
 * log, so an empty one passes, and `readInstallation` has the last word.
 * @throws WrongDatabase
 */
export function requireOwnDatabase(file: string): void {
  const header = readStart(file);
  if (header.length === 0) return;
  const isDatabase =
    header.length === headerLength && header.toString('latin1', 0, 16) === 'SQLite format 3\0';
  const isOurs = isDatabase && header.readUInt32BE(68) === applicationId;
  const isEmpty = isDatabase && header.readUInt32BE(40) === 0;
  if (!isOurs && !isEmpty) throw notOurs(file);
}

/**
 * The same for the format of a database of ours; one that has none yet passes.
 * @throws WrongDatabase
 */
export function requireFormatOf(file: string): void {
  const header = readStart(file);
  if (header.length < headerLength || header.readUInt32BE(68) !== applicationId) return;
  const format = header.readUInt32BE(60);
  if (format !== formatVersion && format !== 0) throw wrongFormat(file, format);
}

function notOurs(file: string): WrongDatabase {
  return new WrongDatabase(`${file} is not a Palimpsest database: choose another --data`);
}

const headerLength = 100;

function readStart(file: string): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const header = Buffer.alloc(headerLength);
    if (!fstatSync(descriptor).isFile()) throw notOurs(file);
    return header.subarray(0, readSync(descriptor, header));
  } finally {
    closeSync(descriptor);
  }
}

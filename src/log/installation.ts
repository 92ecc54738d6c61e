import { readFileSync } from 'node:fs';
import type { Database } from './database.js';
import { genesisHash } from './digest.js';
import { applicationId, createLogTables, formatVersion, oldestFormat } from './log-tables.js';
import { createOlderViews } from './older-views.js';

/** How a program signs the databases that it is in charge of. */
export interface Signature {
  readonly version: string;
  /** The newest schema version of its ladder. */
  readonly schemaVersion: number;
  /** The ladder's hash, chained over all rungs up to that version (hex): two ladders may be of one length. */
  readonly ladderHash: string;
}

/** What the database says about itself. */
export interface Installation {
  readonly programVersion: string;
  readonly schemaVersion: number;
  readonly ladderHash: string;
  readonly mode: 'live' | 'read-only' | 'fenced';
  readonly epoch: number;
  /** The process that took charge last: an address for signals, never a proof that it lives. */
  readonly pid: number | null;
  readonly pidStarted: string | null;
  readonly bootId: string | null;
}

/** A directory or file that this program can't work with; the message names the way out. */
export class WrongDatabase extends Error {
  override readonly name = 'WrongDatabase';
}

/** Makes an empty database an installation with an empty log. */
export function createInstallation(db: Database, program: Signature): void {
  createLogTables(db);
  createOlderViews(db);
  db.prepare('INSERT INTO head (one, position, hash) VALUES (1, 0, unhex(?))').run(genesisHash);
  db.prepare(
    `INSERT INTO installation (one, program_version, schema_version, ladder_hash, mode, epoch)
     VALUES (1, $version, $schemaVersion, $ladderHash, 'live', 0)`,
  ).run(program);
}

/** @throws WrongDatabase when this is not ours, or of a format that no part of this program reads */
export function readInstallation(db: Database): Installation {
  const id = db.pragma('application_id', { simple: true });
  if (id !== applicationId)
    throw new WrongDatabase(`${db.name} is not a Palimpsest database: choose another --data`);
  const format = Number(db.pragma('user_version', { simple: true }));
  if (format > formatVersion || format < oldestFormat) throw wrongFormat(db.name, format);
  const row = db
    .prepare<[], Installation>(
      `SELECT program_version AS programVersion, schema_version AS schemaVersion, ladder_hash AS ladderHash, mode, epoch, pid,
              pid_started AS pidStarted, boot_id AS bootId FROM installation`,
    )
    .get();
  if (!row) throw new WrongDatabase(`${db.name} lost its installation row: restore a backup`);
  return row;
}

/** For all but an upgrade, which takes over older formats. @throws WrongDatabase */
export function requireThisFormat(db: Database): void {
  const format = Number(db.pragma('user_version', { simple: true }));
  if (format !== formatVersion) throw wrongFormat(db.name, format);
}

/** What to say of a database that this program can't work with as it is. */
export function wrongFormat(file: string, format: number): WrongDatabase {
  const wayOut =
    format > formatVersion
      ? 'run the newer release'
      : format >= oldestFormat
        ? 'run `palimpsest upgrade`, which takes it over, once, and keeps the old file'
        : 'export its log by the release that wrote it (`export jsonl`) and import that into an empty --data';
  return new WrongDatabase(
    `${file} has format ${format}, this program has format ${formatVersion}: ${wayOut}`,
  );
}

/** Whoever appends does so under the epoch that this returns; all earlier ones are over. */
export function takeCharge(db: Database, program: Signature): number {
  const row = db
    .prepare<unknown[], { epoch: number }>(
      `UPDATE installation SET epoch = epoch + 1, mode = 'live', program_version = $version, schema_version = $schemaVersion,
         ladder_hash = $ladderHash, pid = $pid, pid_started = $pidStarted, boot_id = $bootId RETURNING epoch`,
    )
    .get({ ...program, ...identity() });
  if (!row) throw new WrongDatabase(`${db.name} lost its installation row: restore a backup`);
  return row.epoch;
}

/** This process, told apart from a later one with the same pid (proc(5): field 22 is the start time in ticks). */
function identity(pid = process.pid): Identity {
  const stat = readProc(`/proc/${pid}/stat`);
  return {
    pid,
    pidStarted: stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null,
    bootId: readProc('/proc/sys/kernel/random/boot_id')?.trim() ?? null,
  };
}

interface Identity {
  readonly pid: number;
  readonly pidStarted: string | null;
  readonly bootId: string | null;
}

/** Whether a pid still belongs to the process that it belonged to when it was written down. */
export function isSameProcess(known: Identity): boolean {
  const now = identity(known.pid);
  return now.pidStarted !== null && now.pidStarted === known.pidStarted && now.bootId === known.bootId;
}

/** Only Linux has these; elsewhere the pid has to do. */
function readProc(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

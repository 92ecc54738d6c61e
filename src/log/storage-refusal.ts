import { codeOf, isBusy, isDamage } from './database.js';
import type { Loss } from './file-watch.js';
import { Refusal } from '../refusal.js';

/** What the database throws, as what is told to clients; nothing for errors of anybody else, and for bugs of ours. */
export function storageRefusal(error: unknown): Refusal | undefined {
  if (isBusy(error)) {
    return new Refusal('storage-busy', 'another program holds the database: try again, or end that program');
  }
  if (isDamage(error)) {
    return new Refusal(
      'storage-damaged',
      'this part of the database can not be read: all else is served; keep the file, run `palimpsest verify`, and restore a backup',
    );
  }
  if (codeOf(error) === 'SQLITE_FULL') return noRoom();
  return undefined;
}

export function noRoom(): Refusal {
  return new Refusal('insufficient-storage', 'there is no room left to write: make some and try again');
}

export function lossRefusal({ message, isUnsure }: Loss): Refusal {
  return new Refusal(isUnsure ? 'insufficient-storage' : 'storage-damaged', message);
}

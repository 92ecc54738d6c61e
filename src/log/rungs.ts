import type { Database } from './database.js';

/** A rung of the ladder under which the log was written. `hash` is chained (hex). */
export interface UsedRung {
  readonly version: number;
  readonly hash: string;
}

/** The rungs up to the newest schema version in the log, lowest first. */
export function usedRungs(db: Database): readonly UsedRung[] {
  return db.prepare<[], UsedRung>('SELECT version, hash FROM rungs ORDER BY version').all();
}

/** The newest schema version of any event; 0: there is none with content. */
export function newestUsed(db: Database): number {
  return usedRungs(db).at(-1)?.version ?? 0;
}

import type { Server } from 'node:http';
import type { Seal } from '../log/hand-over.js';
import type { Database } from '../log/database.js';
import type { DataDirectory } from '../installation/data-directory.js';
import type { Ladder } from '../schema/ladder.js';

/** A server that can hand its log over, and take it back: as much of it as that has to do with. */
export interface Serving {
  readonly directory: DataDirectory;
  /** What is let through: everything, reads, nothing; or all of it to whoever has taken over. */
  readonly gate: {
    readonly state: 'open' | 'parked' | 'closed' | 'gone';
    become(state: 'open' | 'parked' | 'closed' | 'gone'): void;
  };
  readonly model: { readonly db: Database; readonly ladder: Ladder };
  readonly built: {
    /** Where clients come in. */
    readonly listener: Server;
    /** Where the operator comes in, and the next version. */
    readonly control: Server;
    /** What only its memory knows, as JSON: whoever takes over goes on with it. */
    readonly unfinished: { handOver(nowMs: number): unknown };
  };
  /** Reads in threads of their own; what is at work goes on elsewhere. */
  readonly reads: { interrupt(): Promise<void> };
  readonly log: {
    seal(): Promise<Seal>;
    /** @throws Refusal while another program holds the database, or where it is damaged */
    resume(): Promise<number | undefined>;
  };
  successor: { readonly controlSocket: string } | undefined;
  /** Closes the database and frees the owner's lock. */
  letGo(): Promise<void>;
  /** Takes charge again and serves; false while another process is in charge. */
  takeBack(): Promise<boolean>;
}

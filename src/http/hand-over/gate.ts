import type { ChangeSet, Outcome, Writer } from '../../commands/change-set.js';
import { Interrupted, type DearReads } from '../large-reads/dear-reads.js';
import { Refusal } from '../../refusal.js';
import { whenStill, type Moving } from '../../when-still.js';

/** Where a request that was held is answered in the end. */
export type Destination = 'here' | 'there';

/**
 * What the gate lets through. `open`: everything. `parked`: reads; the log is sealed. `closed`: nothing; the database is
 * with the other process. `gone`: the other process answers.
 */
export type GateState = 'open' | 'parked' | 'closed' | 'gone';

/** A change set that was not appended here, because another process is in charge now. */
export class Elsewhere extends Error {
  override readonly name = 'Elsewhere';
}

interface Held {
  readonly isWrite: boolean;
  readonly resolve: (where: Destination) => void;
  readonly reject: (refusal: Refusal) => void;
  readonly late: Moving;
}

/** Bodies that wait are in memory, so there is an end to them. */
const heldLimit = 5_000;
const holdLimitMs = 5_000;

/**
 * Holds requests back while the log changes hands, instead of refusing them: the pause is too short to be told about.
 */
export class Gate {
  private current: GateState = 'open';
  private readonly held = new Set<Held>();

  /** `limitMs`: how long a request is held at most. */
  constructor(private readonly limitMs = holdLimitMs) {}

  get state(): GateState {
    return this.current;
  }

  get isOpen(): boolean {
    return this.current === 'open';
  }

  get heldCount(): number {
    return this.held.size;
  }

  /** Whoever was held and is let through by the new state goes on. */
  become(state: GateState): void {
    this.current = state;
    for (const held of [...this.held]) {
      const where = this.destination(held.isWrite);
      if (where === undefined) continue;
      this.held.delete(held);
      held.late.stop();
      held.resolve(where);
    }
  }

  /** Resolves when it is known where the request is answered. @throws Refusal `maintenance` when that takes too long */
  pass(isWrite: boolean): Promise<Destination> {
    const where = this.destination(isWrite);
    if (where !== undefined) return Promise.resolve(where);
    if (this.held.size >= heldLimit) return Promise.reject(this.refusal());
    return new Promise((resolve, reject) => {
      const late = whenStill(this.limitMs, () => {
        this.held.delete(held);
        reject(this.refusal());
      });
      const held: Held = { isWrite, resolve, reject, late };
      this.held.add(held);
    });
  }

  /** The writer behind this gate. @throws Elsewhere for what has to be asked of the other process */
  guard(writer: Writer): Writer {
    return {
      submit: async (changeSet: ChangeSet): Promise<Outcome> => {
        if (!this.isOpen && (await this.pass(true)) === 'there') throw new Elsewhere();
        return writer.submit(changeSet);
      },
      swapProjections: async (swap) => {
        if (!this.isOpen && (await this.pass(true)) === 'there') throw new Elsewhere();
        await writer.swapProjections(swap);
      },
      close: () => writer.close(),
    };
  }

  /** Those who read through this gate for long: what is interrupted is asked again, here or there. @throws Elsewhere */
  guardReads(reads: DearReads): DearReads {
    return {
      get counts() {
        return reads.counts;
      },
      ask: async (question, asker) => {
        for (;;) {
          // A read that begins while the log is sealed would only be in the way when it is handed over.
          if (!this.isOpen && (await this.pass(true)) === 'there') throw new Elsewhere();
          try {
            return await reads.ask(question, asker);
          } catch (error) {
            if (!(error instanceof Interrupted)) throw error;
          }
        }
      },
    };
  }

  private destination(isWrite: boolean): Destination | undefined {
    switch (this.current) {
      case 'open':
        return 'here';
      case 'parked':
        return isWrite ? undefined : 'here';
      case 'closed':
        return undefined;
      case 'gone':
        return 'there';
    }
  }

  private refusal(): Refusal {
    const phase = this.current === 'parked' ? 'read-only' : 'hand-over';
    return new Refusal('maintenance', 'another version is taking over: try again in a second', { phase });
  }
}

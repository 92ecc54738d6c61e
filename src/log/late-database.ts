import type { Database, Statement } from './database.js';

/** Thrown where something is read while the database is not here: before it is opened, or handed over. */
export class DatabaseAway extends Error {
  override readonly name = 'DatabaseAway';
}

/** A connection that can be prepared for before there is a file, and be closed and opened again beneath its users. */
export interface LateDatabase {
  /** What users hold on to: statements prepared on it stay good when another file is opened. */
  readonly db: Database;
  open(connection: Database): void;
  close(): void;
}

/** The new version sets up its server with this while the log still belongs to the old one; opening takes a millisecond. */
export function lateDatabase(): LateDatabase {
  const slot = new Slot();
  const facade = new Facade(slot);
  return {
    // The part of the driver's interface that queries use; its whole type can't be implemented outside the driver.
    db: facade as unknown as Database,
    open: (connection) => {
      slot.open(connection);
    },
    close: () => {
      slot.close();
    },
  };
}

/** The connection of the moment. `generation` tells statements that theirs is gone. */
class Slot {
  generation = 0;
  private connection: Database | undefined;

  get real(): Database {
    if (!this.connection) throw new DatabaseAway('the database is with another process');
    return this.connection;
  }

  open(connection: Database): void {
    this.connection = connection;
    this.generation += 1;
  }

  close(): void {
    this.generation += 1;
    this.connection?.close();
    this.connection = undefined;
  }
}

class Facade {
  constructor(private readonly slot: Slot) {}

  get name(): string {
    return this.slot.real.name;
  }

  get inTransaction(): boolean {
    return this.slot.real.inTransaction;
  }

  prepare(sql: string): LateStatement {
    return new LateStatement(this.slot, sql);
  }

  exec(sql: string): void {
    this.slot.real.exec(sql);
  }

  pragma(source: string, options?: { simple: boolean }): unknown {
    return this.slot.real.pragma(source, options);
  }

  transaction(work: (...args: unknown[]) => unknown): (...args: unknown[]) => unknown {
    return this.slot.real.transaction(work);
  }

  close(): void {
    this.slot.close();
  }
}

/** Prepared when it is first used after the database was opened. */
class LateStatement {
  private generation = -1;
  private statement: Statement | undefined;
  private isPlucked = false;
  private isRaw = false;

  constructor(
    private readonly slot: Slot,
    private readonly sql: string,
  ) {}

  pluck(): this {
    this.isPlucked = true;
    return this;
  }

  raw(): this {
    this.isRaw = true;
    return this;
  }

  get(...values: unknown[]): unknown {
    return this.real().get(...values);
  }

  all(...values: unknown[]): unknown[] {
    return this.real().all(...values);
  }

  run(...values: unknown[]): unknown {
    return this.real().run(...values);
  }

  iterate(...values: unknown[]): IterableIterator<unknown> {
    return this.real().iterate(...values);
  }

  private real(): Statement {
    if (this.statement && this.generation === this.slot.generation) return this.statement;
    const statement = this.slot.real.prepare(this.sql);
    if (this.isPlucked) statement.pluck();
    if (this.isRaw) statement.raw();
    this.statement = statement;
    this.generation = this.slot.generation;
    return statement;
  }
}

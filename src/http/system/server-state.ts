import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../../access/access.js';
import { storageRefusal } from '../../log/storage-refusal.js';
import type { Database } from '../../log/database.js';
import { readInstallation } from '../../log/installation.js';
import { readHead } from '../../log/log.js';
import { lastUpgrade } from '../../log/version-history.js';
import { registered } from '../../projections/replay/registry.js';
import { ReadModel } from '../../queries/read-model.js';
import { Inject } from '@nestjs/common';
import { DEAR_READS } from '../large-reads/dear-reads.js';
import type { DearReads } from '../large-reads/dear-reads.js';
import { HeldMemory } from '../edge/holding.js';
import { Readiness } from './readiness.js';
import { SchemaUsage } from './schema-usage.js';

/** What this installation is and how it does. */
export class FindSystem extends Query<FoundSystem> {
  constructor(readonly access: Access) {
    super();
  }
}

/** As JSON, with the log position that it reflects. */
export interface FoundSystem {
  readonly system: object;
  readonly position: number;
}

/** Whether the server answers at all. */
export class FindAlive extends Query<{ readonly position: number }> {}

/** Whether the server may receive traffic. */
export class FindReadiness extends Query<FoundReadiness> {}

export interface FoundReadiness {
  readonly status: string;
  readonly isReady: boolean;
  /** 0 where it is not to be known. */
  readonly position: number;
}

@QueryHandler(FindSystem)
export class FindSystemHandler implements IQueryHandler<FindSystem> {
  constructor(
    private readonly model: ReadModel,
    private readonly usage: SchemaUsage,
    private readonly memory: HeldMemory,
    @Inject(DEAR_READS) private readonly reads: DearReads,
  ) {}

  execute({ access }: FindSystem): Promise<FoundSystem> {
    const { db, ladder, servedVersions, storage } = this.model;
    const { position, hash } = readHead(db);
    const { programVersion, mode, epoch } = readInstallation(db);
    const isAdmin = access.mayEverywhere('administer');
    const system = {
      version: programVersion,
      mode,
      epoch,
      position,
      hash,
      schema: {
        current: ladder.newest,
        minimum: ladder.lowestServed(servedVersions.minimum()),
        finalized: ladder.finalized,
        sunsets: servedVersions.sunsets(),
        usage: { since: this.usage.since.toISOString(), versions: this.usage.list(isAdmin) },
      },
      projections: registered(db),
      storage: {
        status: storage.status,
        damages: storage.damages,
        // They name what others asked for, and directories of the machine.
        ...(isAdmin && { lastDamage: storage.lastDamage, loss: storage.loss?.message ?? null }),
      },
      memory: this.memory.inUse(),
      largeReads: this.reads.counts,
      upgrade: upgradeOf(db),
    };
    return Promise.resolve({ system, position });
  }
}

function upgradeOf(db: Database): object | undefined {
  const last = lastUpgrade(db);
  if (!last) return undefined;
  const { predecessorVersion, programVersion, at, position, windowMs, finalizedAt } = last;
  return { from: predecessorVersion ?? '', to: programVersion, at, position, windowMs, finalizedAt };
}

@QueryHandler(FindAlive)
export class FindAliveHandler implements IQueryHandler<FindAlive> {
  constructor(private readonly model: ReadModel) {}

  execute(): Promise<{ readonly position: number }> {
    return Promise.resolve({ position: this.model.positionOrZero() });
  }
}

@QueryHandler(FindReadiness)
export class FindReadinessHandler implements IQueryHandler<FindReadiness> {
  constructor(
    private readonly model: ReadModel,
    private readonly readiness: Readiness,
  ) {}

  execute(): Promise<FoundReadiness> {
    const status = this.readiness.draining ? 'draining' : this.storageStatus();
    const isReady = status === 'ready' || status === 'damaged';
    return Promise.resolve({ status, isReady, position: this.model.positionOrZero() });
  }

  /** A damaged page keeps nobody from the others; without its head the log can't be read at all. */
  private storageStatus(): string {
    const { storage } = this.model;
    if (storage.status === 'lost') return 'storage-lost';
    try {
      this.model.position();
    } catch (error) {
      return storageRefusal(error)?.code ?? 'storage-damaged';
    }
    return storage.status === 'damaged' ? 'damaged' : 'ready';
  }
}

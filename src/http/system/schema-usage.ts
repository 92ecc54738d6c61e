import { Injectable } from '@nestjs/common';
import type { Actor } from '../../events/event.js';

/** A client that spoke a schema version since this server started. `lastUsedAt` is ISO 8601. */
export interface UsageOfVersion {
  readonly schemaVersion: number;
  readonly requests: number;
  readonly lastUsedAt: string;
  /** Names of the tokens, at most 100; absent for who may not know them. */
  readonly tokens?: readonly string[];
}

interface Count {
  requests: number;
  lastUsedAt: number;
  readonly tokens: Set<string>;
}

const tokenLimit = 100;

/**
 * Counts requests by the schema version that they named, so that an operator knows whom a higher minimum would cut off.
 * Refused versions count, too: they are who was cut off.
 */
@Injectable()
export class SchemaUsage {
  private readonly counts = new Map<number, Count>();

  /** @param since when it began to count */
  constructor(readonly since: Date) {}

  note(schemaVersion: number, by: Actor, nowMs: number): void {
    let count = this.counts.get(schemaVersion);
    if (!count) {
      count = { requests: 0, lastUsedAt: 0, tokens: new Set() };
      this.counts.set(schemaVersion, count);
    }
    count.requests++;
    count.lastUsedAt = nowMs;
    if (count.tokens.size < tokenLimit) count.tokens.add(by.name);
  }

  /** Lowest version first. */
  list(withTokens: boolean): readonly UsageOfVersion[] {
    return [...this.counts]
      .sort(([a], [b]) => a - b)
      .map(([schemaVersion, { requests, lastUsedAt, tokens }]) => ({
        schemaVersion,
        requests,
        lastUsedAt: new Date(lastUsedAt).toISOString(),
        ...(withTokens && { tokens: [...tokens].sort() }),
      }));
  }
}

import { Injectable } from '@nestjs/common';

/** When each token was last used, since this process started. */
@Injectable()
export class TokenUses {
  /** Token id → milliseconds since the epoch. */
  private readonly lastUsedMs = new Map<string, number>();

  note(token: string, nowMs: number): void {
    this.lastUsedMs.set(token, nowMs);
  }

  /** ISO 8601; undefined for a token that was not used. */
  lastUsedAt(token: string): string | undefined {
    const usedMs = this.lastUsedMs.get(token);
    return usedMs === undefined ? undefined : new Date(usedMs).toISOString();
  }
}

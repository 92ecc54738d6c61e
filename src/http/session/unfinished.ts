import type { OneTimeCodes } from './one-time-codes.js';
import type { PendingSignIns } from './pending-sign-ins.js';

/** What a process hands over of links and sign-ins: all that another one needs to answer them, and nothing that signs in by itself. */
interface UnderWay {
  readonly codes: OneTimeCodes['all'];
  readonly signIns: PendingSignIns['all'];
}

/** It goes along while nobody is answered: the latest are enough. */
const mostSignIns = 1_000;

/** Lets links and sign-ins be finished by the process that takes over. */
export class Unfinished {
  constructor(
    private readonly codes: OneTimeCodes,
    private readonly signIns: PendingSignIns,
  ) {}

  handOver(nowMs: number): UnderWay {
    return {
      codes: this.codes.all.filter(({ expiresAtMs }) => nowMs < expiresAtMs),
      signIns: this.signIns.all.filter(({ pending }) => nowMs < pending.expiresAtMs).slice(-mostSignIns),
    };
  }

  /** @param given by a process of the same directory; nothing by a release that doesn't hand it over */
  takeOver(given: unknown): void {
    const { codes = [], signIns = [] } = (given ?? {}) as Partial<UnderWay>;
    for (const code of codes) this.codes.keep(code);
    for (const signIn of signIns) this.signIns.keep(signIn);
  }
}

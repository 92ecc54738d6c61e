import type { Logger } from 'pino';
import type { ReportBroken } from '../projections/content.js';

/** Tells the operator of blocks that a rung fails on: clients see a stand-in, and only the author of the rung can help. */
export function reportBroken(log: Logger): ReportBroken {
  return (page, contentVersion, broken) => {
    log.error(
      { page, contentVersion, broken },
      'a rung fails on content: run `palimpsest migrations check --against`',
    );
  };
}

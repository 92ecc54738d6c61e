import type { CommonOptions } from '../installation/output.js';

/** What `upgrade` and `revert` may be told. */
export interface UpgradeOptions extends CommonOptions {
  readonly check?: boolean;
  readonly force?: boolean;
  readonly here?: boolean;
  readonly listenFd?: string;
}

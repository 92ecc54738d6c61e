import type { FirstStep, Reached } from '../installation/first-steps.js';
import type { UploadStep } from '../files/upload-steps.js';
import type { InjectedFault } from '../installation/settings.js';

/**
 * The steps of an upgrade, in order; docs/upgrading.md tells the operator what each means. `by` is the process that
 * takes it. After `fence` the old version can no longer append; `rename` is the commit point.
 */
export const steps = {
  lock: { number: 1, by: 'new', does: 'taking the upgrade lock, looking at what is here' },
  handshake: { number: 2, by: 'new', does: 'meeting the running version' },
  replay: { number: 3, by: 'new', does: 'replaying the log into a new file' },
  chase: { number: 4, by: 'new', does: 'catching up with the running version' },
  ask: { number: 5, by: 'new', does: 'asking for read-only mode' },
  seal: { number: 6, by: 'old', does: 'read-only: writes wait' },
  tail: { number: 7, by: 'new', does: 'copying the last events' },
  fence: { number: 8, by: 'new', does: 'shutting the old log' },
  close: { number: 9, by: 'old', does: 'closing the database, all requests wait' },
  own: { number: 10, by: 'new', does: 'taking the lock of whoever is in charge' },
  rename: { number: 11, by: 'new', does: 'giving the new file the name of the database' },
  live: { number: 12, by: 'new', does: 'taking charge' },
  accept: { number: 13, by: 'new', does: 'accepting requests' },
  drain: { number: 14, by: 'old', does: 'forwarding what had to wait, draining connections' },
  stay: { number: 15, by: 'old', does: 'staying for a while, in case the new version dies' },
} as const satisfies Record<string, { number: number; by: 'old' | 'new'; does: string }>;

export type Step = keyof typeof steps;

/** Has the process killed or stopped the first time that it reaches the step of a fault; without one, does nothing. */
export function faultAt(fault: InjectedFault | undefined): Reached<Step | FirstStep | UploadStep> {
  let isToCome = fault !== undefined;
  return (step) => {
    if (!isToCome || fault?.step !== step) return;
    isToCome = false;
    process.kill(process.pid, fault.signal);
  };
}

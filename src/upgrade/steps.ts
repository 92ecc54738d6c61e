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

/** The steps of a first start, in order: what `palimpsest serve` does where there is no database. */
export const firstSteps = ['make', 'made', 'named', 'charge', 'listen', 'told', 'token'] as const;

export type FirstStep = (typeof firstSteps)[number];
type AnyStep = Step | FirstStep;

export function isStep(name: string): name is AnyStep {
  return name in steps || (firstSteps as readonly string[]).includes(name);
}

/** A place in the protocol where a test wants this process to die or to freeze. */
export interface Fault {
  readonly step: AnyStep;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** Told about each step before it is taken. */
export type Reached<S extends AnyStep = Step> = (step: S) => void;

/** Has the process killed or stopped the first time that it reaches the step of a fault; without one, does nothing. */
export function faultAt(fault: Fault | undefined): Reached<AnyStep> {
  let isToCome = fault !== undefined;
  return (step) => {
    if (!isToCome || fault?.step !== step) return;
    isToCome = false;
    process.kill(process.pid, fault.signal);
  };
}

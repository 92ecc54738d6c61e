import type { Loss } from '../log/file-watch.js';
import { lossRefusal, storageRefusal } from '../log/storage-refusal.js';
import type { Refusal } from '../refusal.js';

/** What a server has noticed of its storage since it started, for whoever asks how it does. */
export class StorageState {
  /** The files are not those that were opened, or there is no room to look whether they are: nothing is appended. */
  loss: Loss | undefined;
  /** Requests that met something damaged. */
  damages = 0;
  /** What the last of them asked for. */
  lastDamage: string | null = null;

  /** For the operator: an error of the driver, and the request that met it. */
  report: (error: unknown, request: string) => void = () => undefined;

  /** What to answer where the database threw `error`, which is noted; nothing where it was not the database. */
  refusalOf(error: unknown, request: string): Refusal | undefined {
    const refusal = storageRefusal(error);
    if (!refusal) return undefined;
    if (refusal.code === 'storage-damaged') this.noteDamage(error, request);
    else this.report(error, request);
    return refusal;
  }

  /** `error`: of the driver, or what another thread has made of it. */
  noteDamage(error: unknown, request: string): void {
    this.damages += 1;
    this.lastDamage = request;
    this.report(error, request);
  }

  get status(): 'sound' | 'full' | 'damaged' | 'lost' {
    if (this.loss && !this.loss.isUnsure) return 'lost';
    if (this.damages > 0) return 'damaged';
    return this.loss ? 'full' : 'sound';
  }

  /** @throws Refusal `storage-damaged` where nobody knows whether what is read was ever written */
  requireReadable(): void {
    if (this.loss && !this.loss.isReadable) throw lossRefusal(this.loss);
  }
}

import { open, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../refusal.js';
import { isMissing } from '../is-missing.js';
import { Decoder, type DecoderOptions } from './decoder.js';
import type { DecoderJob, Fault, Outcome } from './decoder-job.js';
import { KnownFaults } from './known-faults.js';
import { inBlocks } from './sweep.js';
import { ownFormat, variantPath, type Variant } from './variant.js';

export interface PicturesOptions extends DecoderOptions {
  /** Where variants are kept; it may be removed at any time. */
  readonly directory: string;
  /** How many bytes of the disk they take; those that were used longest ago go. */
  readonly limitBytes: number;
  /** The file of that hash. */
  readonly pathOf: (sha256: string) => string;
}

/** What a variant is made of, and for whom. */
export interface Original {
  /** In hex. */
  readonly sha256: string;
  readonly mediaType: string;
  /** Who asks: each gets its turn in rotation. */
  readonly who: string;
}

/** A variant as a file. It may be gone by the time it is opened. */
export interface FoundVariant {
  readonly path: string;
  readonly bytes: number;
}

export interface Dimensions {
  readonly width: number;
  readonly height: number;
}

/** A file's time says when it was used last, as exactly as this. */
const usedAgainMs = 60 * 60 * 1000;

/** How wide and high pictures are, and what they look like at other sizes. */
export class Pictures {
  private readonly decoder: Decoder;
  /** By path: who asks for what is being made waits for it, too. */
  private readonly beingMade = new Map<string, Promise<void>>();
  private readonly faults = new KnownFaults();
  /** Unknown until they were counted. */
  private keptBytes: number | undefined;
  private isSweeping = false;

  constructor(private readonly options: PicturesOptions) {
    this.decoder = new Decoder(options);
  }

  /** Of the process that decodes, while there is one. */
  get decoderPid(): number | undefined {
    return this.decoder.pid;
  }

  /**
   * As it is shown. Undefined for what is no picture, for what would take too much, and where it isn't known in time.
   * @param path of our own file
   */
  async measure(path: string, mediaType: string, patienceMs: number): Promise<Dimensions | undefined> {
    if (ownFormat(mediaType) === undefined) return undefined;
    const signal = AbortSignal.timeout(patienceMs);
    const tooLate = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve(undefined);
      });
    });
    const measured = this.decoder.do('', { task: 'measure', source: path }, signal).then(
      (outcome) =>
        outcome.outcome === 'measured' ? { width: outcome.width, height: outcome.height } : undefined,
      (error: unknown) => {
        if (error instanceof Refusal) return undefined;
        throw error;
      },
    );
    return Promise.race([measured, tooLate]);
  }

  /**
   * @throws Refusal `not-a-picture`, `picture-too-large`, `variants-busy`, `variants-unavailable`, `shutting-down`,
   * `storage-damaged`, `insufficient-storage`
   */
  async find(original: Original, variant: Variant): Promise<FoundVariant> {
    const { sha256, mediaType } = original;
    if (ownFormat(mediaType) === undefined) throw notAPicture(mediaType);
    const path = join(this.options.directory, variantPath(sha256, variant));
    const bytes = (await usedBytes(path)) ?? (await this.make(path, original, variant));
    return { path, bytes };
  }

  /**
   * A variant to be read, and to be closed after that.
   * @throws as `find` does
   */
  async open(original: Original, variant: Variant): Promise<FileHandle> {
    try {
      return await open((await this.find(original, variant)).path);
    } catch (error) {
      if (!isMissing(error)) throw error;
      // It went between the two.
      return await open((await this.find(original, variant)).path);
    }
  }

  /** Ends the process; who waits is refused. */
  close(): void {
    this.decoder.close();
  }

  private async make(path: string, original: Original, variant: Variant): Promise<number> {
    const fault = this.faults.find(original.sha256, path);
    if (fault) throw refusalOf(fault);
    let making = this.beingMade.get(path);
    if (!making) {
      making = this.makeOnce(path, original, variant).finally(() => {
        this.beingMade.delete(path);
      });
      this.beingMade.set(path, making);
    }
    await making;
    const bytes = await usedBytes(path);
    if (bytes === undefined) throw removedMeanwhile();
    return bytes;
  }

  private async makeOnce(target: string, { sha256, who }: Original, variant: Variant): Promise<void> {
    const job: DecoderJob = { task: 'make', source: this.options.pathOf(sha256), target, variant };
    const outcome = await this.decoder.do(`of ${who}`, job);
    if (outcome.outcome === 'made') {
      this.noteMade(outcome.bytes);
      return;
    }
    if (outcome.outcome === 'refused') {
      this.faults.add(sha256, target, outcome.fault);
      throw refusalOf(outcome.fault);
    }
    throw failureOf(outcome, sha256);
  }

  private noteMade(bytes: number): void {
    if (this.keptBytes !== undefined) this.keptBytes += inBlocks(bytes);
    if (this.keptBytes !== undefined && this.keptBytes <= this.options.limitBytes) return;
    void this.sweep();
  }

  /** Nobody waits for it. Where it fails, the next variant begins it again. */
  private async sweep(): Promise<void> {
    if (this.isSweeping) return;
    this.isSweeping = true;
    const { directory, limitBytes } = this.options;
    try {
      const outcome = await this.decoder.do('sweep', { task: 'sweep', directory, limitBytes });
      if (outcome.outcome === 'swept') this.keptBytes = outcome.bytes;
      else this.options.warn(`no room is made among variants in ${directory}: ${JSON.stringify(outcome)}`);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    } finally {
      this.isSweeping = false;
    }
  }
}

/** Of a file that is used now; undefined where there is none. */
async function usedBytes(path: string): Promise<number | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    const now = new Date();
    if (now.getTime() - mtimeMs > usedAgainMs) await utimes(path, now, now);
    return size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function refusalOf({ code, why }: Fault): Refusal {
  return new Refusal(code, `this picture ${why}: take the file itself, without width and format`);
}

/** What has no variants, whatever its bytes are. */
export function notAPicture(mediaType: string): Refusal {
  return new Refusal(
    'not-a-picture',
    `nothing of type ${mediaType} has variants: take the file itself, without width and format`,
  );
}

function removedMeanwhile(): Refusal {
  return new Refusal('variants-busy', 'the variant was removed before it could be read: ask again');
}

function failureOf(outcome: Outcome, sha256: string): Error {
  const { code, why } =
    outcome.outcome === 'failed' ? outcome : { code: '', why: `answered ${outcome.outcome}` };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new Refusal('insufficient-storage', 'there is no room left for variants: make some and try again');
  if (code === 'ENOENT')
    return new Refusal('storage-damaged', `the file ${sha256} is missing: bring it back from a backup`);
  return new Error(`a variant of ${sha256} can't be made: ${code} ${why}`);
}

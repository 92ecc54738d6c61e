import { writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { printable } from '../printable.js';
import { Ladder, type NamedRung } from '../schema/ladder.js';
import { hashRungs } from './lock-file.js';
import { readRung } from './read-rung.js';
import { readRungFiles } from './rung-files.js';
import { watched } from './watched.js';
import { WrongLadder } from './wrong-ladder.js';

/** The rungs of this program. */
const shipped = fileURLToPath(new URL('../migrations', import.meta.url));

/** Node does not read TypeScript on every release; where this file runs as it is, something does. */
const readsTypeScript = import.meta.url.endsWith('.ts');

/**
 * Builds the ladder from the rungs of a directory: ES modules `0001-name.mjs`, each of which exports a rung or a
 * function that makes one from the vocabulary. Without a directory, those that came with this program. Modules are
 * loaded once per process.
 * @param onRung told of each rung before it is loaded, which may never come to an end
 * @throws WrongLadder that names the directory, the file, and what is wrong with it
 */
export async function openLadder(
  directory: string = shipped,
  onRung: (number: number) => void = () => undefined,
): Promise<Ladder> {
  try {
    const ladder = new Ladder(await loadRungs(resolve(directory), onRung));
    if (directory !== shipped) ladder.requireSchemas();
    return ladder;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WrongLadder(`the ladder in ${resolve(directory)} can't be used: ${reason}`, { cause });
  }
}

/** The sources of the rungs, as texts. @throws Error that names the files that are in each other's way */
export function rungTexts(directory: string = shipped): readonly string[] {
  return readRungFiles(resolve(directory)).files.map(({ text }) => text);
}

/** A ladder that another thread opens, too. */
export interface LadderSource {
  /** None: the rungs that came with this program. */
  readonly directory: string | undefined;
  /** The newest schema version that clients may use. */
  readonly upTo: number;
}

/** @throws WrongLadder */
export async function openLadderFrom({ directory, upTo }: LadderSource): Promise<Ladder> {
  return (await openLadder(directory)).upTo(upTo);
}

async function loadRungs(directory: string, onRung: (number: number) => void): Promise<readonly NamedRung[]> {
  const { files, lock } = readRungFiles(directory);
  const hashed = hashRungs(files, lock);
  const load = async (beat: () => void): Promise<readonly NamedRung[]> => {
    const rungs: NamedRung[] = [];
    for (const { name, hash } of hashed) {
      beat();
      onRung(rungs.length + 1);
      const rung = await unlessItExits(directory, name, () => loadRung(directory, name));
      rungs.push({ name, hash, rung });
    }
    return rungs;
  };
  return directory === shipped ? load(() => undefined) : watched(wrongLadder, load);
}

/** EX_CONFIG of sysexits.h, as for every ladder that can't be used. */
const wrongLadder = 78;

/** A program that a rung ends, or holds up for ever, says which rung it was. */
async function unlessItExits<T>(directory: string, name: string, load: () => Promise<T>): Promise<T> {
  const onExit = (): void => {
    process.exitCode = wrongLadder;
    if (!isMainThread) return; // whoever started this thread tells
    const says = `the ladder in ${directory} can't be used: ${name}: it ends the program when it is loaded, or does not come to an end`;
    writeSync(process.stderr.fd, `palimpsest: ${printable(says)}\n`);
  };
  process.once('exit', onExit);
  try {
    return await load();
  } finally {
    process.removeListener('exit', onExit);
  }
}

async function loadRung(directory: string, name: string): Promise<NamedRung['rung']> {
  try {
    if (name.endsWith('.ts') && !readsTypeScript) throw new Error('TypeScript has to be compiled first');
    const module = (await import(pathToFileURL(join(directory, name)).href)) as {
      readonly default?: unknown;
    };
    return readRung(module.default);
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

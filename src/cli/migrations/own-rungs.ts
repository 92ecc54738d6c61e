import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OperatorError, exitCodes } from '../../installation/operator-error.js';

/** Where somebody writes rungs of their own. */
export interface OwnRungs {
  readonly directory: string;
  /** In the program's own sources a rung can import what it is made of; elsewhere it is handed that. */
  readonly language: 'typescript' | 'module';
}

/**
 * The directory given, which need not be there yet, or else `src/migrations` of the checkout in the current directory.
 * @throws OperatorError 73 where there is none
 */
export function ownRungs(migrations: string | undefined): OwnRungs {
  if (migrations !== undefined) return { directory: resolve(migrations), language: 'module' };
  const directory = resolve(join('src', 'migrations'));
  if (existsSync(directory)) return { directory, language: 'typescript' };
  throw new OperatorError(
    exitCodes.cannotCreate,
    `there is no ${directory}: run this in a checkout of the program, or name a directory by --migrations`,
  );
}

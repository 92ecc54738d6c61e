import { hash, randomFillSync } from 'node:crypto';

/**
 * Salts of one change set: number 0 is that of its context, 1, 2, 3 … are those of its events' payloads. 16 bytes in hex,
 * each independent of the others: to erase one must not tell another.
 */
export type Salts = (number: number) => string;

const saltBytes = 16;

/** Filled at once, which costs a tenth of asking each time. */
const pool = Buffer.alloc(saltBytes * 256);
let used = pool.length;

/** What is appended by people. Nobody can guess a text whose salt is gone. */
export const randomSalts: Salts = () => {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const salt = pool.toString('hex', used, used + saltBytes);
  pool.fill(0, used, used + saltBytes);
  used += saltBytes;
  return salt;
};

/**
 * For what is imported: two imports of the same history make the same log. `secret` has to be something that only the other
 * system's history tells and the log does not.
 */
function derivedSalts(secret: string): Salts {
  return (number) => hash('sha256', JSON.stringify(['salt', secret, number])).slice(0, 2 * saltBytes);
}

/** Salts of a change set. @param secret what an import derives them from; undefined: nobody can derive them */
export function saltsFrom(secret: string | undefined): Salts {
  return secret === undefined ? randomSalts : derivedSalts(secret);
}

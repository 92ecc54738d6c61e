import { type CodeFields, codeOnFields } from './code-fields.js';
import { type CodeWhole, codeOnObject } from './code-whole.js';
import { mistake } from './declaration.js';
import type { Operation } from './operation.js';

/**
 * The way out: a change that no other operation can say, by an author's functions. They are pure and synchronous,
 * look at frozen copies, and return plain JSON. An edit takes all of the fields or none of them.
 * Without `reads` and `writes` the whole object goes in and comes out.
 */
export function code(options: CodeFields | CodeWhole): Operation {
  if (isOnFields(options)) return codeOnFields(options);
  return codeOnObject(options);
}

function isOnFields(options: CodeFields | CodeWhole): options is CodeFields {
  // Authors may write JavaScript, where no compiler sees that one of the two is missing.
  if ((options.reads === undefined) === (options.writes === undefined)) return options.reads !== undefined;
  const missing = options.reads === undefined ? 'reads' : 'writes';
  throw mistake(
    'code()',
    `"${missing}" is missing: say both "reads" and "writes", or neither for the whole object`,
  );
}

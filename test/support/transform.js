/**
 * What Jest makes of TypeScript: as `@swc/jest`, but that each module takes what it uses of the language into names of its own.
 * Jest runs every file of tests in a context of its own (`node:vm`), whose globals are looked up by a slow hook each time: in a
 * loop that asks `Array.isArray`, that was half of all time.
 */
import { createTransformer as createSwcTransformer } from '@swc/jest';

const names = [
  'Array',
  'BigInt',
  'Buffer',
  'Error',
  'Infinity',
  'JSON',
  'Map',
  'Math',
  'NaN',
  'Number',
  'Object',
  'Promise',
  'RegExp',
  'Set',
  'String',
  'Symbol',
  'Uint8Array',
  'WeakMap',
  'expect',
];

/** On the first line, so that all others keep their numbers. Of what is named only: a name may be declared in another module. */
function withOwnNames(source) {
  const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(source));
  return used.length === 0 ? source : `const { ${used.join(', ')} } = globalThis; ${source}`;
}

export function createTransformer(options) {
  const swc = createSwcTransformer(options);
  return {
    ...swc,
    process: (source, ...rest) => swc.process(withOwnNames(source), ...rest),
    processAsync: (source, ...rest) => swc.processAsync(withOwnNames(source), ...rest),
    getCacheKey: (source, ...rest) => swc.getCacheKey(withOwnNames(source), ...rest),
  };
}

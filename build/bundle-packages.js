/**
 * Puts a copy of every package into dist/node_modules, a file or a few each. Node looks there first, so the program
 * that was compiled into dist loads some twenty files of packages instead of a thousand, which takes it half the
 * time to start. It runs as well without this step.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const outdir = join(root, 'dist/node_modules');

/** The driver is a binary; of class-validator single files are loaded (src/http/validators.ts). */
const leftWhereTheyAre = ['better-sqlite3', 'class-validator'];

/** What Nest asks for if it is installed. */
const notInstalled = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
];

const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const packages = Object.keys(dependencies).filter((name) => !leftWhereTheyAre.includes(name));

/** Exports what Node shows of a package, which a bundler doesn't see in one that is CommonJS. */
const sameExports = {
  name: 'same-exports',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^exports of / }, ({ path }) => ({ path: path.slice(11), namespace: 'exports' }));
    onLoad({ filter: /./, namespace: 'exports' }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => name !== 'module.exports');
      return { contents: `export { ${names.join(', ')} } from '${path}';`, resolveDir: root };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: packages.map((name) => ({ in: `exports of ${name}`, out: `${name}/index` })),
  outdir,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [sameExports],
  external: [...leftWhereTheyAre, ...notInstalled],
  bundle: true,
  // What two packages use, they share: an instance of a class is one everywhere.
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // CommonJS requires Node's own modules, and an ES module has no `require`.
  banner: {
    js: `import { createRequire as requireAt } from 'node:module'; const require = requireAt(import.meta.url);`,
  },
  logLevel: 'warning',
});
for (const name of packages) {
  await writeFile(join(outdir, name, 'package.json'), JSON.stringify({ exports: './index.mjs' }));
}

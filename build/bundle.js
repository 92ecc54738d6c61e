/**
 * Writes the compiled program into few files, which it takes half the time to start from: most of a start is Node's
 * looking for modules, a millisecond for each. Our own files become those that are started by their path, in `dist`, with
 * chunks where one loads some of it later. The packages become a file or a few each, in `dist/node_modules`, where Node looks
 * first.
 */
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import viewerDirectory from 'swagger-ui-dist/absolute-path.js';
import { noticesOf, packagesOf } from './notices.js';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** The program, its threads, and its helpers. */
const startedByPath = [
  'cli/main',
  'writer/writer-thread',
  'http/large-reads/read-thread',
  'upgrade/replay-thread',
  'duties/finality-thread',
  'upgrade/lend-listener',
  'cli/migrations/check-thread',
  'log/fit-process',
  'files/pictures/decoding-process',
];

/** What has binaries is all that an installation fetches beside the package: the driver, and what decodes pictures. */
const fetched = ['better-sqlite3', 'better-sqlite3-12', 'sharp'];

/** What Nest asks for if it is installed. */
const notInstalled = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
];

/**
 * Leaves packages to be bundled by themselves, whole, but for class-validator, of which we import single files
 * (src/http/edge/validators.ts): they become part of the program.
 */
const packagesApart = {
  name: 'packages-apart',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) =>
      kind === 'entry-point' || path.startsWith('class-validator/') || importer.includes('/node_modules/')
        ? undefined
        : { path, external: true },
    );
  },
};

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

/** @type {import('esbuild').BuildOptions} */
const common = {
  bundle: true,
  splitting: true, // what is loaded later shares what is there already: a class is one everywhere
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
};

const program = await bundleProgram();
const packages = await bundlePackages(importedPackages(program));
const viewer = await copyViewer();
const inside = packagesOf([...Object.keys(program.inputs), ...Object.keys(packages.inputs), ...viewer]);
await writeFile(join(dist, 'THIRD-PARTY-NOTICES.txt'), await noticesOf(root, inside));

/**
 * In the place of what the compiler wrote. Each is bundled by itself: a thread has instances of its own of everything, and a
 * rung knows of the program only how to declare. Answers what is in them and what they import.
 */
async function bundleProgram() {
  const rungs = (await readdir(join(dist, 'migrations'))).filter((name) => name.endsWith('.js'));
  const lock = await readFile(join(dist, 'migrations/ladder.lock'));
  const bundles = await Promise.all([
    ...startedByPath.map((name) => bundleOurs(name, inOneFolder(name))),
    ...rungs.map((name) => bundleOurs(`migrations/${basename(name, '.js')}`)),
  ]);
  await rm(dist, { recursive: true });
  const inTheirPlaces = startedByPath.map((name) => ({
    path: join(dist, `${name}.js`),
    contents: `#!/usr/bin/env node\nimport '${relative(dirname(name), inOneFolder(name))}.js';\n`,
  }));
  for (const { path, contents } of [...bundles.flatMap(({ outputFiles }) => outputFiles), ...inTheirPlaces]) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  await writeFile(join(dist, 'migrations/ladder.lock'), lock);
  await chmod(join(dist, 'cli/main.js'), 0o755);
  const metafiles = bundles.map(({ metafile }) => metafile);
  return {
    inputs: Object.assign({}, ...metafiles.map(({ inputs }) => inputs)),
    outputs: Object.assign({}, ...metafiles.map(({ outputs }) => outputs)),
  };
}

/** Code looks for other files from a room (`../writer/writer-thread.js`), and so from any folder of `dist`, but none deeper. */
function inOneFolder(name) {
  return `chunks/${name.replaceAll('/', '-')}`;
}

function bundleOurs(name, out = name) {
  return build({
    ...common,
    absWorkingDir: root,
    metafile: true,
    entryPoints: [{ in: join(dist, `${name}.js`), out }],
    outdir: dist,
    plugins: [packagesApart],
    sourcemap: 'linked',
    write: false,
  });
}

/** The viewer of the OpenAPI document, as files that are served as they are. Answers those that are of a package. */
async function copyViewer() {
  const ours = join(root, 'src/http/docs/viewer');
  const theirs = viewerDirectory();
  const outdir = join(dist, 'docs');
  await mkdir(outdir);
  for (const name of await readdir(ours)) await copyFile(join(ours, name), join(outdir, name));
  const names = ['swagger-ui-bundle.js', 'swagger-ui-bundle.js.LICENSE.txt', 'swagger-ui.css'];
  for (const name of names) await copyFile(join(theirs, name), join(outdir, name));
  return names.map((name) => relative(root, join(theirs, name)));
}

/** The packages that the program imports, by their names. */
function importedPackages({ outputs }) {
  const imported = Object.values(outputs).flatMap(({ imports }) =>
    imports.filter(({ external, path }) => external && !isBuiltin(path)).map(({ path }) => path),
  );
  return [...new Set(imported)].filter((name) => !fetched.includes(name)).sort();
}

async function bundlePackages(names) {
  const outdir = join(dist, 'node_modules');
  const { metafile } = await build({
    ...common,
    metafile: true,
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: `exports of ${name}`, out: `${name}/index` })),
    outdir,
    outExtension: { '.js': '.mjs' },
    plugins: [sameExports],
    minifyWhitespace: true, // Node reads all of it at every start
    external: [...fetched, ...notInstalled],
    // CommonJS requires Node's own modules, and an ES module has no `require`.
    banner: {
      js: `import { createRequire as requireAt } from 'node:module'; const require = requireAt(import.meta.url);`,
    },
  });
  for (const name of names) {
    // An audit finds here what is inside.
    const { version, license } = JSON.parse(
      await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8'),
    );
    const told = { name, version, license, exports: './index.mjs' };
    await writeFile(join(outdir, name, 'package.json'), JSON.stringify(told));
  }
  return metafile;
}

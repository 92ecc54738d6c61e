/** What is told of packages that are bundled: whose they are, at which version, and their licences, which say so. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The packages that files of a bundle come from.
 * @param {readonly string[]} inputs paths of files, relative to `root`
 */
export function packagesOf(inputs) {
  const found = inputs.map((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1]);
  return [...new Set(found.filter((directory) => directory !== undefined))].sort();
}

/**
 * A text with a chapter for each package.
 * @param {readonly string[]} directories of packages, relative to `root`
 */
export async function noticesOf(root, directories) {
  const chapters = [];
  for (const directory of directories) {
    const { name, version, license } = JSON.parse(
      await readFile(join(root, directory, 'package.json'), 'utf8'),
    );
    const files = (await readdir(join(root, directory))).filter((file) =>
      /^(licen[cs]e|copying|notice)/i.test(file),
    );
    const texts = await Promise.all(
      files.sort().map((file) => readFile(join(root, directory, file), 'utf8')),
    );
    if (typeof license !== 'string' && texts.length === 0)
      throw new Error(
        `${name} ${version} does not say under which licence it may be passed on: leave it out`,
      );
    chapters.push(
      [`${name} ${version}`, `Licence: ${license ?? 'see below'}`, ...texts.map((text) => text.trim())].join(
        '\n\n',
      ),
    );
  }
  const head =
    'Palimpsest brings these packages along in one piece with it. They are under the licences of their authors.';
  return `${[head, ...chapters].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

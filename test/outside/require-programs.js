/** Says which of the programs that the tests in this directory start are missing, and where Debian has them. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

const packages = { nginx: 'nginx-light', chromium: 'chromium', varnishd: 'varnish' };

// Debian keeps servers where only root's PATH looks.
const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
const missing = Object.keys(packages).filter(
  (name) => !places.some((place) => existsSync(join(place, name))),
);
if (missing.length > 0) {
  process.stderr.write(
    `missing: ${missing.join(', ')}. On Debian: apt-get install ${missing.map((name) => packages[name]).join(' ')}\n`,
  );
  process.exitCode = 1;
}

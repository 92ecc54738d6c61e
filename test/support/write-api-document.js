/** Before all tests: the OpenAPI document of the built program, for the answers to be held against. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

export default function writeApiDocument() {
  const program = join(import.meta.dirname, '../../dist/cli/main.js');
  if (!existsSync(program)) return; // who tests nothing over HTTP needs no build
  const file = join(mkdtempSync(join(tmpdir(), 'palimpsest-openapi-')), 'openapi.json');
  writeFileSync(file, execFileSync(process.execPath, [program, 'openapi'], { maxBuffer: 64 * 1024 * 1024 }));
  process.env.PALIMPSEST_TEST_OPENAPI = file;
}

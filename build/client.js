/**
 * Builds `client/`: its types from the OpenAPI document of the program that was just built (client/src/openapi.ts, which
 * git doesn't keep), and from those and its sources what is published (client/dist).
 */
import { execFileSync } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import openapiTypescript, { astToString } from 'openapi-typescript';

const root = join(import.meta.dirname, '..');
const client = join(root, 'client');

/** Headers that the client says by itself: who calls need not. */
const saidByClient = ['Schema-Version', 'If-Match', 'Idempotency-Key'];
/** A 304 is nothing that a caller could do something with who has kept nothing: it is for caches. */
const forCaches = 'If-None-Match';

const printed = execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), 'openapi'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
const api = JSON.parse(printed);
for (const operation of Object.values(api.paths).flatMap((item) => Object.values(item))) {
  operation.parameters = operation.parameters?.filter(({ name }) => name !== forCaches);
  for (const parameter of operation.parameters ?? [])
    if (saidByClient.includes(parameter.name)) parameter.required = false;
}
const types = astToString(await openapiTypescript(api, { alphabetize: true }));
await writeFile(join(client, 'src/openapi.ts'), types);
await rm(join(client, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', client], {
  stdio: 'inherit',
});

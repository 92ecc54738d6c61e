#!/usr/bin/env node
/**
 * Reads what `GET /schema/{version}` answers on standard input and writes an OpenAPI document of its types of content on
 * standard output, which openapi-typescript makes types of.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const { version, types } = JSON.parse(readFileSync(0, 'utf8'));

/** `block:text` beneath any type: all types of a schema version share their definitions. */
const nameOf = (definition) => definition.replace(/[^\w.-]/g, '.');
const schemas = {};
const lifted = (value) => JSON.parse(JSON.stringify(value), liftReference);

function liftReference(key, value) {
  const definition = key === '$ref' && /^#\/definitions\/(.+)$/.exec(value)?.[1];
  return definition ? `#/components/schemas/${nameOf(decodeURIComponent(definition))}` : value;
}

for (const [type, { definitions, $id: _id, $schema: _dialect, ...schema }] of Object.entries(types)) {
  schemas[type] = lifted(schema);
  for (const [definition, described] of Object.entries(definitions ?? {}))
    schemas[nameOf(definition)] = lifted(described);
}
const info = { title: 'Content', version: String(version) };
writeFileSync(1, JSON.stringify({ openapi: '3.1.0', info, paths: {}, components: { schemas } }));

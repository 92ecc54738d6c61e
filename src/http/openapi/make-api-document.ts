import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import * as swagger from '@nestjs/swagger';
import { program } from '../../installation/program.js';
import { documentLevelLimit } from '../../schema/json/check-document.js';
import { applyDescriptions } from './api-decorators.js';
import { bodyLimitBytes } from '../edge/body-limit.js';
import { defaultEdge } from '../../installation/edge-settings.js';
import { defaultMemory, memoryLimits } from '../../installation/memory-limits.js';
import { By, Grantee } from './answer-shapes.js';
import { eventSchemas } from './event-shapes.js';
import { problemSchemas } from './problem-shapes.js';

/** An application of nothing but decorators: it has no database, and listens nowhere. */
@Module({})
class Described {}

/** The OpenAPI document of some controllers (spec.openapis.org/oas/v3.0.3). */
export async function makeApiDocument(controllers: readonly Type[]): Promise<swagger.OpenAPIObject> {
  const needed = controllers.flatMap(
    (controller) => (Reflect.getMetadata('design:paramtypes', controller) ?? []) as Type[],
  );
  const module = {
    module: Described,
    controllers: [...controllers],
    providers: needed.map((provide) => ({ provide, useValue: null })),
  };
  const app = await NestFactory.create(module, new FastifyAdapter(), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  applyDescriptions(swagger);
  const document = swagger.SwaggerModule.createDocument(app, head(), {
    extraModels: [By, Grantee],
  });
  await app.close();
  return {
    ...document,
    components: {
      ...document.components,
      schemas: {
        ...closed(document.components?.schemas ?? {}),
        ...(problemSchemas() as Schemas),
        ...(eventSchemas() as Schemas),
      },
    },
  };
}

function head() {
  return new swagger.DocumentBuilder()
    .setOpenAPIVersion('3.0.3')
    .setTitle('Palimpsest')
    .setDescription(
      'An event-sourced CMS backend: every edit is kept, every version of every page stays readable. ' +
        `A body has at most ${bodyLimitBytes} bytes, and content at most ${documentLevelLimit} levels of nesting. ` +
        ofMemory,
    )
    .setVersion(program.version)
    .setLicense('MIT', 'https://spdx.org/licenses/MIT.html')
    .addServer('.') // as seen from this document, so below any prefix
    .addSecurity('token', { type: 'http', scheme: 'bearer', description: 'A token of `POST /tokens`' })
    .addSecurityRequirements('token')
    .addSecurity('session', {
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-palimpsest',
      description: 'The session of a browser (`/session`); beside `Authorization` it does not count',
    })
    .addSecurityRequirements('session')
    .addTag('Pages', 'Reading pages and their history')
    .addTag('Writes', 'Changing pages')
    .addTag('Assets', 'Files that pages show: pages of their own, with versions')
    .addTag('Tree', 'Where pages are')
    .addTag('Log', 'What happened')
    .addTag('Tokens', 'Secrets that clients come with')
    .addTag('Access', 'Who may do what, from which page downwards')
    .addTag('Sessions', 'Signing a browser in and out')
    .addTag('Schema', 'The schema versions')
    .addTag('System', 'This installation')
    .build();
}

/** What is so unless the operator has said otherwise; `GET /system` tells. */
const { bodyBytes, answerBytes, streams, stalledMs } = memoryLimits(defaultMemory);
const ofMemory =
  `One token has at most ${bodyBytes.one} bytes of bodies on the way, ${answerBytes.one} bytes of answers that nobody ` +
  `reads, and ${streams.one} event streams, where the server is not set otherwise: beyond that, or beyond what all ` +
  'together may have, a request is refused (`429 too-many-requests`) and may come again after `Retry-After`. ' +
  `A connection on which an answer waits for ${stalledMs / 1000} seconds without being read is closed, and so is one on which a body ` +
  `stands still for as long. A token has ${defaultEdge.requestsPerMinute} requests a minute, of which dear ones count for several, and an ` +
  `address ${defaultEdge.failuresPerMinute} wrong tokens (429, too).`;

type Schemas = NonNullable<NonNullable<swagger.OpenAPIObject['components']>['schemas']>;

/** What is sent has no members but those that are known: others are refused. */
function closed(schemas: Schemas): Schemas {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      name.endsWith('Body') ? { ...schema, additionalProperties: false } : schema,
    ]),
  );
}

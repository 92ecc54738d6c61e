import type { Command } from 'commander';
import { print, type CommonOptions } from '../installation/output.js';

export function addOpenApi(cli: Command): void {
  cli
    .command('openapi')
    .description('print the OpenAPI document of the HTTP API')
    .action(async (_options, command: Command) => {
      const { json } = command.optsWithGlobals<CommonOptions>();
      // What describes the API is the server's, which other verbs need not wait for.
      const { ApiDocument } = await import('../http/openapi/api-document.js');
      const { controllers } = await import('../http/routes.js');
      const document = await new ApiDocument(controllers).document();
      print(json, document, () => JSON.stringify(document, null, 2));
    });
}

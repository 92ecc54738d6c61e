import type { Command } from 'commander';
import { withApi } from '../api.js';
import { submitAsOperator } from '../../server/operator.js';
import { print, type CommonOptions } from '../../installation/output.js';
import { readSchemaVersion } from './schema-version.js';

export function addMinimum(migrations: Command): void {
  migrations
    .command('minimum <version>')
    .description('serve no client that speaks a lower schema version; may be lowered again')
    .action((text: string, _options, command: Command) => {
      const options = command.optsWithGlobals<CommonOptions>();
      const minimum = readSchemaVersion(text);
      return withApi(options, async (api) => {
        await submitAsOperator(api.submit, [{ kind: 'set-minimum-schema-version', minimum }]);
        print(options.json, { minimum }, () => `clients are served from schema version ${minimum} on`);
      });
    });
}

import type { Command } from 'commander';
import { parseTime } from '../../http/edge/time.js';
import { withApi } from '../api.js';
import { OperatorError, exitCodes } from '../../installation/operator-error.js';
import { submitAsOperator } from '../../server/operator.js';
import { print, type CommonOptions } from '../../installation/output.js';
import { readSchemaVersion } from './schema-version.js';

interface SunsetOptions extends CommonOptions {
  readonly at: string;
}

export function addSunset(migrations: Command): void {
  migrations
    .command('sunset <version>')
    .description(
      'announce to the clients of this schema version, and of all below it, when they will have to go',
    )
    .requiredOption('--at <time>', 'when (ISO 8601); nothing ends by itself, see `migrations minimum`')
    .action((text: string, _options, command: Command) => {
      const options = command.optsWithGlobals<SunsetOptions>();
      const schemaVersion = readSchemaVersion(text);
      const at = readTime(options.at);
      return withApi(options, async (api) => {
        await submitAsOperator(api.submit, [{ kind: 'sunset-schema-version', schemaVersion, at }]);
        print(
          options.json,
          { schemaVersion, at },
          () => `schema versions up to ${schemaVersion} are announced to go at ${at}`,
        );
      });
    });
}

function readTime(text: string): string {
  const time = parseTime(text);
  if (!time) throw new OperatorError(exitCodes.usage, `--at has to be a time (ISO 8601), not "${text}"`);
  return time.toISOString();
}

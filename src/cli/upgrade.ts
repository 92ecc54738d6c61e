import { Option, type Command } from 'commander';
import { exitCodes, OperatorError } from '../installation/operator-error.js';
import type { Direction } from '../upgrade/versions.js';
import type { Settings } from '../installation/settings.js';
import type { UpgradeOptions } from '../upgrade/upgrade-options.js';

export function addUpgrade(cli: Command, settings: Settings): void {
  addReplacing(
    cli,
    settings,
    'upgrade',
    'have this version take over from the running one, which goes on serving meanwhile',
  ).option('--check', 'rehearse: report what would happen and change nothing');
}

export function addRevert(cli: Command, settings: Settings): void {
  addReplacing(
    cli,
    settings,
    'revert',
    'have this older version take over from the running one; nothing written since is lost',
  );
}

function addReplacing(cli: Command, settings: Settings, direction: Direction, description: string): Command {
  return cli
    .command(direction)
    .description(description)
    .option('--force', 'end a running version that stops answering half-way')
    .option('--here', 'serve from this terminal, instead of being started by the running version')
    .addOption(new Option('--listen-fd <number>', 'a bound socket that is inherited').hideHelp())
    .addOption(new Option('--supervised').hideHelp())
    .action(async (_options, command: Command) => {
      const options = command.optsWithGlobals<UpgradeOptions>();
      if (options.check && (options.force || options.here)) {
        throw new OperatorError(exitCodes.usage, '--check changes nothing: leave out --force and --here');
      }
      await run(direction, options, settings);
    });
}

/** The process that becomes the new version: this one where it has been given the socket, else one that is started for it. */
async function run(direction: Direction, options: UpgradeOptions, settings: Settings): Promise<void> {
  if (options.check) {
    const { checkUpgrade } = await import('./check-upgrade.js');
    await checkUpgrade(options, settings);
    return;
  }
  const isGivenASocket =
    options.listenFd !== undefined || settings.inheritedSocket !== undefined || settings.lentBy !== undefined;
  if (isGivenASocket) {
    const { becomeSuccessor } = await import('../server/become-successor.js');
    await becomeSuccessor(direction, options, settings);
    return;
  }
  const { startUpgrade } = await import('./start-upgrade.js');
  await startUpgrade(direction, options, settings);
}

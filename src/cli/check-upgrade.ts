import type { Settings } from './settings.js';
import type { UpgradeOptions } from './upgrade.js';

export async function checkUpgrade(_options: UpgradeOptions, _settings: Settings): Promise<void> {
  await Promise.resolve();
}

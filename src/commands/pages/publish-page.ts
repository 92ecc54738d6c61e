import { Refusal } from '../../refusal.js';
import { assetType } from '../../schema/asset-content.js';
import {
  onPage,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type MayExpect,
  type Rule,
} from '../decision.js';
import { requireContentVersion } from './restore-page.js';
import { shownAssets } from './shown-assets.js';

/**
 * Readers see this version from now on; without one, the latest. The version that is published already is published again where links in it
 * lead to assets by now that they don't have yet.
 */
export interface PublishPage extends MayExpect {
  readonly kind: 'publish-page';
  readonly page: string;
  readonly version?: number;
}

export const publishPage: Rule<PublishPage> = (command, situation) => {
  const page = requirePage(command.page, situation);
  if (page.type === assetType) {
    throw new Refusal(
      'not-publishable',
      'an asset is shown where a published page refers to it: publish that in its place',
    );
  }
  const version = command.version ?? page.contentVersion;
  requireContentVersion(page, version);
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  const shows = shownAssets(page, version, situation);
  const isSo = (asset: string): boolean => situation.references.isShownBy(page.number, asset);
  return version === page.publishedVersion && shows.every(isSo)
    ? []
    : [
        onPage(page, {
          type: 'PagePublished',
          data: { version, ...(shows.length > 0 && { shows }) },
        }),
      ];
};

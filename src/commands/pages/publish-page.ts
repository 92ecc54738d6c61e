import { Refusal } from '../../refusal.js';
import { assetType } from '../../schema/asset-content.js';
import { onPage, requireNotDeleted, requirePage, type Rule } from '../decision.js';
import { requireContentVersion } from './restore-page.js';

/** Readers see this version from now on; without one, the latest. */
export interface PublishPage {
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
  requireNotDeleted(page);
  return version === page.publishedVersion
    ? []
    : [onPage(page, { type: 'PagePublished', data: { version } })];
};

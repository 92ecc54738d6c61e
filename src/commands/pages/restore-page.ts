import { Refusal } from '../../refusal.js';
import {
  onPage,
  requireMayRenew,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type ExpectedVersion,
  type Rule,
} from '../decision.js';

/** A new version with the content and schema version of an old one. Never publishes. */
export interface RestorePage {
  readonly kind: 'restore-page';
  readonly page: string;
  readonly expected: ExpectedVersion;
  readonly version: number;
  readonly comment?: string;
}

export const restorePage: Rule<RestorePage> = ({ page: id, expected, version, comment }, situation) => {
  const page = requirePage(id, situation);
  requireMayRenew(page, situation);
  requireContentVersion(page, version);
  requireVersion(page, expected, situation);
  requireNotDeleted(page);
  if (version === page.contentVersion) return [];
  return [
    onPage(page, {
      type: 'PageRestored',
      data: {
        version: page.contentVersion + 1,
        restored: version,
        ...(comment !== undefined && { comment }),
      },
    }),
  ];
};

/** @throws Refusal `version-not-found` */
export function requireContentVersion(
  page: { readonly id: string; readonly contentVersion: number },
  version: number,
): void {
  if (version >= 1 && version <= page.contentVersion) return;
  throw new Refusal(
    'version-not-found',
    `the page ${page.id} has versions 1 to ${page.contentVersion}, not ${version}`,
    {
      version,
      newest: page.contentVersion,
    },
  );
}

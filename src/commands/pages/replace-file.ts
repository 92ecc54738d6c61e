import type { FileFacts } from '../../events/file-facts.js';
import { assetType } from '../../schema/asset-content.js';
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

/** A new version of an asset: other bytes, or another name, and what is said of them as it was. */
export interface ReplaceFile {
  readonly kind: 'replace-file';
  readonly page: string;
  readonly expected: ExpectedVersion;
  /** Without a name the asset keeps the one it has. */
  readonly file: Omit<FileFacts, 'name'> & Partial<Pick<FileFacts, 'name'>>;
  readonly comment?: string;
}

export const replaceFile: Rule<ReplaceFile> = ({ page: id, expected, file: sent, comment }, situation) => {
  const page = requirePage(id, situation);
  requireMayRenew(page, situation);
  if (page.type !== assetType) throw new Refusal('not-found', `there is no asset ${id}`);
  requireVersion(page, expected, situation);
  requireNotDeleted(page);
  const newest = situation.files.newest(page);
  const file = { ...sent, name: sent.name ?? newest.name };
  if (file.sha256 === newest.sha256 && file.name === newest.name) return [];
  const { schemaVersion, document } = situation.stored(page, page.contentVersion);
  return [
    onPage(page, {
      type: 'PageSaved',
      schemaVersion,
      data: {
        version: page.contentVersion + 1,
        base: page.contentVersion,
        file,
        ...(comment !== undefined && { comment }),
      },
      content: JSON.stringify(document),
    }),
  ];
};

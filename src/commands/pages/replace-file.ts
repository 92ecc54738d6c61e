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
  readonly file: FileFacts;
  readonly comment?: string;
}

export const replaceFile: Rule<ReplaceFile> = ({ page: id, expected, file, comment }, situation) => {
  const page = requirePage(id, situation);
  requireMayRenew(page, situation);
  if (page.type !== assetType) throw new Refusal('not-found', `there is no asset ${id}`);
  requireVersion(page, expected, situation);
  requireNotDeleted(page);
  const { sha256, name } = situation.files.newest(page);
  if (file.sha256 === sha256 && file.name === name) return [];
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

import { Refusal } from '../../refusal.js';
import { onPage, requireNotDeleted, requirePage, type Rule } from '../decision.js';
import { requireContentVersion } from './restore-page.js';

/** The label names this version from now on, and no other of the page. */
export interface LabelVersion {
  readonly kind: 'label-version';
  readonly page: string;
  readonly label: string;
  readonly version: number;
}

export const labelVersion: Rule<LabelVersion> = ({ page: id, label, version }, situation) => {
  const page = requirePage(id, situation);
  requireContentVersion(page, version);
  requireNotDeleted(page);
  if (situation.labels.versionOf(page, label) === version) return [];
  return [onPage(page, { type: 'PageLabelled', data: { label, version } })];
};

/** The label names no version any more. */
export interface UnlabelVersion {
  readonly kind: 'unlabel-version';
  readonly page: string;
  readonly label: string;
}

export const unlabelVersion: Rule<UnlabelVersion> = ({ page: id, label }, situation) => {
  const page = requirePage(id, situation);
  requireNotDeleted(page);
  if (situation.labels.versionOf(page, label) === undefined) {
    throw new Refusal('not-found', `the page ${id} has no label "${label}"`);
  }
  return [onPage(page, { type: 'PageUnlabelled', data: { label } })];
};

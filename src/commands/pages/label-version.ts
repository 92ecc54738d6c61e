import { Refusal } from '../../refusal.js';
import {
  onPage,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type MayExpect,
  type Rule,
} from '../decision.js';
import { requireContentVersion } from './restore-page.js';

/** The label names this version from now on, and no other of the page. */
export interface LabelVersion extends MayExpect {
  readonly kind: 'label-version';
  readonly page: string;
  readonly label: string;
  readonly version: number;
}

export const labelVersion: Rule<LabelVersion> = ({ page: id, label, version, expected }, situation) => {
  const page = requirePage(id, situation);
  requireContentVersion(page, version);
  requireVersion(page, expected, situation);
  requireNotDeleted(page);
  if (situation.labels.versionOf(page, label) === version) return [];
  return [onPage(page, { type: 'PageLabelled', data: { label, version } })];
};

/** The label names no version any more. */
export interface UnlabelVersion extends MayExpect {
  readonly kind: 'unlabel-version';
  readonly page: string;
  readonly label: string;
}

export const unlabelVersion: Rule<UnlabelVersion> = ({ page: id, label, expected }, situation) => {
  const page = requirePage(id, situation);
  if (situation.labels.versionOf(page, label) === undefined)
    throw new Refusal('not-found', `the page ${id} has no label "${label}"`);
  requireVersion(page, expected, situation);
  requireNotDeleted(page);
  return [onPage(page, { type: 'PageUnlabelled', data: { label } })];
};

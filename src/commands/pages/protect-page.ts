import {
  onPage,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type MayExpect,
  type Rule,
} from '../decision.js';

/** From here downwards only viewers see pages from now on, and editors. */
export interface ProtectPage extends MayExpect {
  readonly kind: 'protect-page';
  readonly page: string;
}

/** Takes the protection away that the page has by itself; what a page above it says stays. */
export interface UnprotectPage extends MayExpect {
  readonly kind: 'unprotect-page';
  readonly page: string;
}

export const protectPage: Rule<ProtectPage> = (command, situation) => {
  const page = requirePage(command.page, situation);
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  return page.isProtected ? [] : [onPage(page, { type: 'PageProtected', data: {} })];
};

export const unprotectPage: Rule<UnprotectPage> = (command, situation) => {
  const page = requirePage(command.page, situation);
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  return page.isProtected ? [onPage(page, { type: 'PageUnprotected', data: {} })] : [];
};

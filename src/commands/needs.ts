import { requireEverywhere, requirePermission, type Access, type Permission } from '../access/access.js';

/** What whoever asks has to be allowed: where in the site is for the rule to say, unless it is all of it. */
interface Need {
  readonly permission: Permission;
  readonly everywhere?: true;
}

/**
 * What each command needs, said once: rules and routes are handed it. What state asks for besides, rules say. A command without a
 * row is one that `decide` does not compile with.
 */
const needs = {
  'create-page': { permission: 'save' },
  'save-page': { permission: 'save' },
  'replace-file': { permission: 'save' },
  'restore-page': { permission: 'save' },
  'label-version': { permission: 'save' },
  'unlabel-version': { permission: 'save' },
  'move-page': { permission: 'move' },
  'delete-page': { permission: 'delete' },
  'undelete-page': { permission: 'delete' },
  'publish-page': { permission: 'publish' },
  'unpublish-page': { permission: 'publish' },
  'protect-page': { permission: 'publish' },
  'unprotect-page': { permission: 'publish' },
  'create-token': { permission: 'administer' },
  'revoke-token': { permission: 'administer' },
  'give-grant': { permission: 'administer' },
  'revoke-grant': { permission: 'administer' },
  'open-session': { permission: 'administer', everywhere: true },
  'see-person': { permission: 'administer', everywhere: true },
  'block-person': { permission: 'administer', everywhere: true },
  'unblock-person': { permission: 'administer', everywhere: true },
  'set-minimum-schema-version': { permission: 'administer', everywhere: true },
  'sunset-schema-version': { permission: 'administer', everywhere: true },
} as const satisfies Readonly<Record<string, Need>>;

type Kind = keyof typeof needs;

export function neededFor(kind: Kind): Permission {
  return needs[kind].permission;
}

/** Whether there could be something that it may be done with. @throws Refusal `forbidden` */
export function requireNeeded(access: Access, kind: Kind): void {
  const { permission, everywhere }: Need = needs[kind];
  if (everywhere) requireEverywhere(access, permission);
  else requirePermission(access, permission);
}

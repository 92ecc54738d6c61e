import { requireEverywhere, requirePermission, type Access, type Permission } from '../access/access.js';
import type { NewEvent } from '../events/event.js';
import { createPage, type CreatePage } from './pages/create-page.js';
import { createToken, type CreateToken } from './tokens/create-token.js';
import type { Result } from './result.js';
import type { Decision, Rule, Situation } from './decision.js';
import { deletePage, type DeletePage } from './pages/delete-page.js';
import { blockPerson, unblockPerson, type BlockPerson, type UnblockPerson } from './people/block-person.js';
import { giveGrant, type GiveGrant } from './grants/give-grant.js';
import {
  labelVersion,
  unlabelVersion,
  type LabelVersion,
  type UnlabelVersion,
} from './pages/label-version.js';
import { movePage, type MovePage } from './pages/move-page.js';
import { protectPage, unprotectPage, type ProtectPage, type UnprotectPage } from './pages/protect-page.js';
import { publishPage, type PublishPage } from './pages/publish-page.js';
import { restorePage, type RestorePage } from './pages/restore-page.js';
import { replaceFile, type ReplaceFile } from './pages/replace-file.js';
import { revokeGrant, type RevokeGrant } from './grants/revoke-grant.js';
import { openSession, type OpenSession } from './tokens/open-session.js';
import { revokeToken, type RevokeToken } from './tokens/revoke-token.js';
import { seePerson, type SeePerson } from './people/see-person.js';
import { savePage, type SavePage } from './pages/save-page.js';
import {
  setMinimumSchemaVersion,
  type SetMinimumSchemaVersion,
} from './schema/set-minimum-schema-version.js';
import { sunsetSchemaVersion, type SunsetSchemaVersion } from './schema/sunset-schema-version.js';
import { undeletePage, type UndeletePage } from './pages/undelete-page.js';
import { unpublishPage, type UnpublishPage } from './pages/unpublish-page.js';

export type PageCommand =
  | CreatePage
  | SavePage
  | ReplaceFile
  | RestorePage
  | PublishPage
  | UnpublishPage
  | LabelVersion
  | UnlabelVersion
  | ProtectPage
  | UnprotectPage
  | MovePage
  | DeletePage
  | UndeletePage;

type TokenCommand = CreateToken | OpenSession | RevokeToken;

type GrantCommand = GiveGrant | RevokeGrant;

type PersonCommand = SeePerson | BlockPerson | UnblockPerson;

type SchemaCommand = SetMinimumSchemaVersion | SunsetSchemaVersion;

/** Everything that can be asked for. */
export type Command = PageCommand | TokenCommand | GrantCommand | PersonCommand | SchemaCommand;

interface Row<C> {
  readonly rule: Rule<C>;
  /** What whoever asks has to be allowed. What state asks for besides, the rule says. */
  readonly needs: Permission;
  /** Whether they have to be allowed it on all of the site: elsewhere, where is for the rule to say. */
  readonly everywhere?: true;
  /** What it is answered with when the rule says yes. */
  readonly answer: Result['kind'];
}

const rules: { readonly [K in Command['kind']]: Row<Extract<Command, { kind: K }>> } = {
  'create-page': { rule: createPage, needs: 'save', answer: 'page' },
  'save-page': { rule: savePage, needs: 'save', answer: 'page' },
  'replace-file': { rule: replaceFile, needs: 'save', answer: 'page' },
  'restore-page': { rule: restorePage, needs: 'save', answer: 'page' },
  'publish-page': { rule: publishPage, needs: 'publish', answer: 'page' },
  'unpublish-page': { rule: unpublishPage, needs: 'publish', answer: 'page' },
  'label-version': { rule: labelVersion, needs: 'save', answer: 'page' },
  'unlabel-version': { rule: unlabelVersion, needs: 'save', answer: 'page' },
  'protect-page': { rule: protectPage, needs: 'publish', answer: 'page' },
  'unprotect-page': { rule: unprotectPage, needs: 'publish', answer: 'page' },
  'move-page': { rule: movePage, needs: 'move', answer: 'page' },
  'delete-page': { rule: deletePage, needs: 'delete', answer: 'page-deleted' },
  'undelete-page': { rule: undeletePage, needs: 'delete', answer: 'page' },
  'create-token': { rule: createToken, needs: 'administer', answer: 'token' },
  'open-session': { rule: openSession, needs: 'administer', everywhere: true, answer: 'token' },
  'revoke-token': { rule: revokeToken, needs: 'administer', answer: 'token-revoked' },
  'give-grant': { rule: giveGrant, needs: 'administer', answer: 'grant' },
  'revoke-grant': { rule: revokeGrant, needs: 'administer', answer: 'grant-revoked' },
  'see-person': { rule: seePerson, needs: 'administer', everywhere: true, answer: 'person' },
  'block-person': { rule: blockPerson, needs: 'administer', everywhere: true, answer: 'person' },
  'unblock-person': { rule: unblockPerson, needs: 'administer', everywhere: true, answer: 'person' },
  'set-minimum-schema-version': {
    rule: setMinimumSchemaVersion,
    needs: 'administer',
    everywhere: true,
    answer: 'schema',
  },
  'sunset-schema-version': {
    rule: sunsetSchemaVersion,
    needs: 'administer',
    everywhere: true,
    answer: 'schema',
  },
};

/** The row of a command's own kind: that the two belong together is what the table's type says. */
function rowOf<C extends Command>(command: C): Row<C> {
  return rules[command.kind] as unknown as Row<C>;
}

/** What happens if somebody asks for this now. @throws Refusal where they may not, or the rule says no */
export function decide(command: Command, situation: Omit<Situation, 'needed'>): Decision {
  requireNeeded(situation.access, command.kind);
  const needed = neededFor(command.kind);
  const decided: readonly NewEvent[] | Decision = rowOf(command).rule(command, { ...situation, needed });
  return 'events' in decided ? decided : { events: decided, overwritten: [], broken: [] };
}

/** Whether there could be something that it may be done with. @throws Refusal `forbidden` */
export function requireNeeded(access: Access, kind: Command['kind']): void {
  const { needs, everywhere } = rules[kind];
  if (everywhere) requireEverywhere(access, needs);
  else requirePermission(access, needs);
}

export function neededFor(kind: Command['kind']): Permission {
  return rules[kind].needs;
}

export function answerKindOf(command: Command): Result['kind'] {
  return rowOf(command).answer;
}

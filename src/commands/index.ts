import type { NewEvent } from '../events/event.js';
import { createPage, type CreatePage } from './create-page.js';
import { createToken, type CreateToken } from './create-token.js';
import type { Decision, Situation } from './decision.js';
import { deletePage, type DeletePage } from './delete-page.js';
import { movePage, type MovePage } from './move-page.js';
import { publishPage, type PublishPage } from './publish-page.js';
import { restorePage, type RestorePage } from './restore-page.js';
import { revokeToken, type RevokeToken } from './revoke-token.js';
import { savePage, type SavePage } from './save-page.js';
import { setMinimumSchemaVersion, type SetMinimumSchemaVersion } from './set-minimum-schema-version.js';
import { sunsetSchemaVersion, type SunsetSchemaVersion } from './sunset-schema-version.js';
import { undeletePage, type UndeletePage } from './undelete-page.js';
import { unpublishPage, type UnpublishPage } from './unpublish-page.js';

export type PageCommand =
  CreatePage | SavePage | RestorePage | PublishPage | UnpublishPage | MovePage | DeletePage | UndeletePage;

type TokenCommand = CreateToken | RevokeToken;

type SchemaCommand = SetMinimumSchemaVersion | SunsetSchemaVersion;

/** Everything that can be asked for. */
export type Command = PageCommand | TokenCommand | SchemaCommand;

/** What happens if somebody asks for this now. @throws Refusal when the rule says no */
export function decide(command: Command, situation: Situation): Decision {
  const decided = decideKind(command, situation);
  return 'events' in decided ? decided : { events: decided, overwritten: [], broken: [] };
}

function decideKind(command: Command, situation: Situation): readonly NewEvent[] | Decision {
  switch (command.kind) {
    case 'create-page':
      return createPage(command, situation);
    case 'save-page':
      return savePage(command, situation);
    case 'restore-page':
      return restorePage(command, situation);
    case 'publish-page':
      return publishPage(command, situation);
    case 'unpublish-page':
      return unpublishPage(command, situation);
    case 'move-page':
      return movePage(command, situation);
    case 'delete-page':
      return deletePage(command, situation);
    case 'undelete-page':
      return undeletePage(command, situation);
    case 'create-token':
      return createToken(command, situation);
    case 'revoke-token':
      return revokeToken(command, situation);
    case 'set-minimum-schema-version':
      return setMinimumSchemaVersion(command, situation);
    case 'sunset-schema-version':
      return sunsetSchemaVersion(command, situation);
  }
}

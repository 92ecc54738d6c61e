import { documentLimitBytes } from '../../events/limits.js';
import { refuse } from '../../refusal.js';
import { applyJsonPatch } from '../../schema/json/json-patch.js';
import { sameJson, type JsonObject, type JsonValue, type Spend } from '../../schema/json/json.js';
import { applyMergePatch } from '../../schema/json/merge-patch.js';
import { formerStandIns } from '../../schema/merge/last-seen.js';
import { saved } from '../../schema/merge/saved.js';
import { stepsOf } from '../../schema/steps.js';
import { viewAt } from '../../schema/views.js';
import { earlierVersions } from '../../projections/stored-versions.js';
import { requireServedHere, requireStorable, requireValidElsewhere } from './admission.js';
import { requireModest } from './bounded-work.js';
import { requireFreeIds, requireStandInsUntouched } from './others-blocks.js';
import {
  onPage,
  requireMayRenew,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type ExpectedVersion,
  type Rule,
  type SentDocument,
} from '../decision.js';

/** New content on top of the version that the client saw: the whole document, or a patch of it. */
export interface SavePage {
  readonly kind: 'save-page';
  readonly page: string;
  readonly expected: ExpectedVersion;
  readonly schemaVersion: number;
  readonly form: 'document' | 'json-patch' | 'merge-patch';
  readonly document: SentDocument;
  /** Which blocks of the document are copies of which, `_id` by `_id`. */
  readonly copies?: Readonly<Record<string, string>>;
  readonly comment?: string;
}

export const savePage: Rule<SavePage> = (command, situation) => {
  const page = requirePage(command.page, situation);
  requireMayRenew(page, situation);
  const lowest = requireServedHere(situation, command.schemaVersion);
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  if (command.document.refusal) refuse(command.document.refusal);

  const { ladder, work } = situation;
  const { schemaVersion } = command;
  const base = situation.stored(page, page.contentVersion);
  const seen = viewAt(ladder, base, schemaVersion);
  const sent = JSON.parse(command.document.text) as JsonValue;
  const content = command.form === 'document' ? sent : patched(command.form, seen, sent);
  if (sameJson(seen, content)) return [];
  const text = command.form === 'document' ? command.document.text : JSON.stringify(content);
  requireStorable(text);
  requireModest(content);
  work.spend(stepsOf(base.document) + stepsOf(content), 'send fewer saves at once');
  ladder.requireValid(schemaVersion, page.type, content);
  // Whatever is valid is an object. What a patch left alone is the very object that was seen: a replay reads the text, and knows nothing of that.
  const document = (command.form === 'document' ? content : JSON.parse(text)) as JsonObject;
  const copies = new Map(Object.entries(command.copies ?? {}));
  const earlier = earlierVersions((version) => situation.stored(page, version));
  const merging: Spend = (steps) => {
    work.spend(
      steps,
      `it is merged at ${ladder.finalized} schema versions; save it at schema version ${base.schemaVersion}, where it was ` +
        'saved last, make it smaller, or send fewer saves at once',
    );
  };
  const former = formerStandIns(ladder, base, schemaVersion, { earlier, spend: merging });
  requireStandInsUntouched(schemaVersion, { seen, document, copies }, former);
  const sentHere = { schemaVersion, document, copies };
  const { version, overwritten, broken, taken } = saved(ladder, base, sentHere, earlier, merging);
  requireFreeIds(schemaVersion, document, taken);
  requireValidElsewhere(version, text, situation, lowest);
  const event = onPage(page, {
    type: 'PageSaved',
    schemaVersion,
    data: {
      version: page.contentVersion + 1,
      base: page.contentVersion,
      ...(copies.size > 0 && { copies: command.copies }),
      ...(command.comment !== undefined && { comment: command.comment }),
    },
    content: text,
  });
  return {
    events: [event],
    overwritten: overwritten.filter((place) => place.schemaVersion >= lowest),
    broken,
    version,
  };
};

function patched(form: 'json-patch' | 'merge-patch', seen: JsonObject, patch: JsonValue): JsonObject {
  if (form === 'json-patch') return applyJsonPatch(seen, patch, documentLimitBytes);
  return applyMergePatch(seen, patch);
}

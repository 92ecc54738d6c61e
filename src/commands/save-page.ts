import type { PageState } from '../events/page.js';
import { Refusal, refuse } from '../refusal.js';
import { applyJsonPatch } from '../schema/json-patch.js';
import { sameJson, type JsonObject, type JsonValue } from '../schema/json.js';
import { checkContent } from '../schema/ladder.js';
import { applyMergePatch } from '../schema/merge-patch.js';
import {
  onPage,
  parse,
  requireNotDeleted,
  requirePage,
  requireVersion,
  type ExpectedVersion,
  type Rule,
  type SentDocument,
  type Situation,
} from './decision.js';

/** New content on top of the version that the client saw: the whole document, or a patch of it. */
export interface SavePage {
  readonly kind: 'save-page';
  readonly page: string;
  readonly expected: ExpectedVersion;
  readonly schemaVersion: number;
  readonly form: 'document' | 'json-patch' | 'merge-patch';
  readonly document: SentDocument;
  readonly comment?: string;
}

/** The largest document that patches may build. */
const patchedLimitBytes = 10 * 1024 * 1024;

export const savePage: Rule<SavePage> = (command, situation) => {
  const page = requirePage(command.page, 'save', situation);
  requireVersion(page, command.expected, situation);
  requireNotDeleted(page);
  if (command.document.refusal) refuse(command.document.refusal);

  const seen = seenByClient(page, command.schemaVersion, situation);
  const sent = JSON.parse(command.document.text) as JsonValue;
  const content = command.form === 'document' ? sent : patched(command.form, seen, sent);
  if (sameJson(seen, content)) return [];
  checkContent(command.schemaVersion, page.type, content);
  return [
    onPage(page, {
      type: 'PageSaved',
      schemaVersion: command.schemaVersion,
      data: {
        version: page.contentVersion + 1,
        base: page.contentVersion,
        ...(command.comment !== undefined && { comment: command.comment }),
      },
      content: command.form === 'document' ? command.document.text : JSON.stringify(content),
    }),
  ];
};

/** @throws Refusal `too-large`: patch by patch a document could grow without end */
function patched(form: 'json-patch' | 'merge-patch', seen: JsonObject, patch: JsonValue): JsonObject {
  if (form === 'json-patch') return applyJsonPatch(seen, patch, patchedLimitBytes);
  const merged = applyMergePatch(seen, patch);
  if (Buffer.byteLength(JSON.stringify(merged)) <= patchedLimitBytes) return merged;
  throw new Refusal('too-large', `the patched document is larger than ${patchedLimitBytes} bytes`, {
    limitBytes: patchedLimitBytes,
  });
}

function seenByClient(page: PageState, schemaVersion: number, { version }: Situation): JsonObject {
  const stored = version(page.id, page.contentVersion);
  if (!stored) throw new Error(`page ${page.id} misses its version ${page.contentVersion}`);
  return parse(stored, schemaVersion) as JsonObject; // only objects are ever admitted
}

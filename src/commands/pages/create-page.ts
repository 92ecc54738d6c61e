import type { FileFacts } from '../../events/file-facts.js';
import { assetType } from '../../schema/asset-content.js';
import { Refusal, refuse } from '../../refusal.js';
import type { JsonObject } from '../../schema/json/json.js';
import { created } from '../../schema/views.js';
import { requireServedHere, requireStorable, requireValidElsewhere } from './admission.js';
import { requireNewId, type Rule, type SentDocument } from '../decision.js';
import { requireStandInsUntouched } from './others-blocks.js';
import { requireModest } from './bounded-work.js';
import { stepsOf } from '../../schema/steps.js';
import { findPlace, requireMayPlace, requireRoom, type WantedPlace } from './placing.js';

/** A new page, in the tree or (`place` null) outside it. `file`: of an asset, which has one. */
export interface CreatePage {
  readonly kind: 'create-page';
  readonly page: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly document: SentDocument;
  readonly place: WantedPlace | null;
  readonly file?: FileFacts;
  readonly comment?: string;
}

export const createPage: Rule<CreatePage> = (command, situation) => {
  const { page, type, schemaVersion, document, file, comment } = command;
  requireMayPlace(command.place?.parent ?? null, situation);
  requireNewId(page, situation);
  const place = command.place && findPlace(command.place, situation);
  if (place) requireRoom(place, situation);
  if (type === assetType && !file) {
    throw new Refusal('malformed-request', 'an asset is made of a file: send that to POST /assets');
  }
  if (document.refusal) refuse(document.refusal);
  requireStorable(document.text);
  const lowest = requireServedHere(situation, schemaVersion);
  const content = JSON.parse(document.text) as JsonObject;
  const { ladder, work } = situation;
  requireModest(content);
  work.spend(stepsOf(content), 'send fewer pages at once');
  ladder.requireValid(schemaVersion, type, content);
  requireValidElsewhere(created(type, schemaVersion, content), document.text, situation, lowest);
  const sent = { seen: null, document: content, copies: new Map<string, string>() };
  requireStandInsUntouched(schemaVersion, sent, () => undefined);
  return [
    {
      type: 'PageCreated',
      stream: page,
      expectedVersion: 0,
      schemaVersion,
      data: { pageType: type, place, ...(file && { file }), ...(comment !== undefined && { comment }) },
      content: document.text,
    },
  ];
};

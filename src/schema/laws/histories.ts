import fc from 'fast-check';
import { copyJson, type JsonObject } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { viewAt, type StoredVersion } from '../views.js';
import { documentsOf } from './documents.js';
import { edits, type EditName } from './edits.js';
import { nextVersion } from './history.js';
import { noTexts, type Texts } from './texts.js';
import type { History, Step } from './trial.js';

/** What somebody is about to do to a page; what it comes to depends on what the page is by then. */
export type Plan =
  | { readonly kind: 'create'; readonly schemaVersion: number; readonly document: JsonObject }
  | {
      readonly kind: 'save';
      readonly schemaVersion: number;
      readonly donor: JsonObject;
      readonly edits: readonly Edit[];
    }
  | { readonly kind: 'restore'; readonly restored: number };

interface Edit {
  readonly name: EditName;
  readonly at: number;
  readonly to: number;
  /** Whether the client says which block a copy is of. */
  readonly saysCopies: boolean;
}

const anyEdit: fc.Arbitrary<Edit> = fc.record({
  name: fc.constantFrom(...(Object.keys(edits) as EditName[])), // its own keys
  // The page itself more often than one of many blocks.
  at: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 3, arbitrary: fc.nat({ max: 60 }) }),
  to: fc.nat({ max: 60 }),
  saysCopies: fc.boolean(),
});

/** Plans for a page of a type: it is created at one of the schema versions, and saved at any of them in turn. */
export function plansOf(
  ladder: Ladder,
  type: string,
  schemaVersions: readonly number[],
  texts: Texts = noTexts,
): fc.Arbitrary<readonly Plan[]> {
  const documents = schemaVersions.map((schemaVersion) => ({
    schemaVersion: fc.constant(schemaVersion),
    document: documentsOf(ladder, type, schemaVersion, texts),
  }));
  const creations = documents.map((parts) => fc.record({ kind: fc.constant('create' as const), ...parts }));
  const saves = documents.map(({ schemaVersion, document }) =>
    fc.record({
      kind: fc.constant('save' as const),
      schemaVersion,
      donor: document,
      edits: fc.array(anyEdit, { minLength: 1, maxLength: 4 }),
    }),
  );
  const restores = fc.record({ kind: fc.constant('restore' as const), restored: fc.nat({ max: 9 }) });
  const further = fc.oneof({ weight: 5, arbitrary: fc.oneof(...saves) }, { weight: 1, arbitrary: restores });
  return fc
    .tuple(fc.oneof(...creations), fc.array(further, { minLength: 1, maxLength: 4 }))
    .map(([first, rest]) => [first, ...rest]);
}

/**
 * What comes of plans: every save is made on top of what its author sees, and is left out if it would be refused.
 * When the machinery itself throws, the history ends with the step that it throws at.
 * @param onStep told of each history before it is tried whether it would be admitted
 * @returns nothing when the page would not even be created
 */
export function enacted(
  ladder: Ladder,
  type: string,
  plans: readonly Plan[],
  served: readonly number[],
  onStep: (history: History) => void = () => undefined,
): History | undefined {
  let history: History = [];
  let versions: readonly StoredVersion[] = [];
  for (const [index, plan] of plans.entries()) {
    const step = stepOf(ladder, type, versions, plan, String.fromCharCode(98 + index));
    if (!step) continue;
    const longer = [...history, step];
    onStep(longer);
    const version = attempted(() =>
      admitted(ladder, nextVersion(ladder, type, versions, step), step, served),
    );
    if (version === 'thrown') return longer;
    if (version) {
      history = longer;
      versions = [...versions, version];
    } else if (index === 0) return undefined;
  }
  return history;
}

function stepOf(
  ladder: Ladder,
  type: string,
  versions: readonly StoredVersion[],
  plan: Plan,
  idPrefix: string,
): Step | undefined {
  if (plan.kind === 'create') return plan;
  if (plan.kind === 'restore') return { kind: 'restore', restored: 1 + (plan.restored % versions.length) };
  const base = versions.at(-1);
  const { schemaVersion } = plan;
  const isSeen = base && (ladder.leads(base.schemaVersion, schemaVersion) || base.views.has(schemaVersion));
  return isSeen ? edited(ladder, type, viewAt(ladder, base, schemaVersion), plan, idPrefix) : undefined;
}

/** An edit that would make the document invalid is left out. */
function edited(
  ladder: Ladder,
  type: string,
  seen: JsonObject,
  { schemaVersion, donor, edits: planned }: Extract<Plan, { readonly kind: 'save' }>,
  idPrefix: string,
): Step {
  let document = seen;
  const copies: Record<string, string> = {};
  let count = 0;
  for (const { name, saysCopies, at, to } of planned) {
    const draft = copyJson(document) as Record<string, JsonObject[string]>; // our own copy
    const noted: [string, string][] = [];
    edits[name]({
      draft,
      donor,
      at,
      to,
      freshId: () => `${idPrefix}${count++}`,
      ...(saysCopies && { noteCopy: (copy: string, original: string) => noted.push([copy, original]) }),
    });
    if (ladder.faults(schemaVersion, type, draft).length > 0) continue;
    document = draft;
    Object.assign(copies, Object.fromEntries(noted));
  }
  return { kind: 'save', schemaVersion, document, copies };
}

/** A version is admitted when it is valid at every schema version served; a restored one is not judged again. */
function admitted(
  ladder: Ladder,
  version: StoredVersion,
  step: Step,
  served: readonly number[],
): StoredVersion | undefined {
  const isAdmitted =
    step.kind === 'restore' ||
    served.every(
      (reader) =>
        !(ladder.leads(version.schemaVersion, reader) || version.views.has(reader)) ||
        !ladder.at(reader).types.pages.has(version.type) ||
        ladder.faults(reader, version.type, viewAt(ladder, version, reader)).length === 0,
    );
  return isAdmitted ? version : undefined;
}

/** What throws here throws again where the law is tried, and is found there. */
function attempted<T>(act: () => T): T | 'thrown' {
  try {
    return act();
  } catch {
    return 'thrown';
  }
}

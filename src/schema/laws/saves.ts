import type { JsonObject } from '../json/json.js';
import type { Ladder } from '../ladder.js';
import { viewAt, type StoredVersion } from '../views.js';
import { versionsIn } from './history.js';
import type { Step } from './trial.js';
import { perTrial } from './per-trial.js';
import { converted, versionsBetween } from './trial.js';

/** A save, and what it did to what readers at another schema version see. */
export interface SeenSave {
  readonly type: string;
  /** The schema version of the writer, what they saw there, and what they sent. */
  readonly writer: number;
  readonly seen: JsonObject;
  readonly sent: JsonObject;
  readonly copies: Readonly<Record<string, string>>;
  /** Another schema version; what its readers saw before and see after, and what they would see of what the writer saw, and of
   * what it sent, alone. */
  readonly reader: number;
  readonly seenThere: JsonObject;
  readonly sentThere: JsonObject;
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/** Every save of a trial, as it is seen at each other schema version that there is a way to and back. */
export const savesIn = perTrial((ladder, trial): readonly SeenSave[] => {
  const { type, history } = trial;
  const versions = versionsIn(ladder, trial);
  return history.flatMap((step, index) => {
    const base = versions[index - 1];
    const version = versions[index];
    if (step.kind !== 'save' || !base || !version) return [];
    return versionsBetween(trial)
      .filter((reader) => isSeenFrom(ladder, base, step, reader))
      .map((reader) => seenSave(ladder, type, base, version, step, reader));
  });
});

function isSeenFrom(
  ladder: Ladder,
  base: StoredVersion,
  { schemaVersion: writer }: Saving,
  reader: number,
): boolean {
  return (
    reader !== writer &&
    ladder.leads(writer, reader) &&
    ladder.leads(reader, writer) &&
    (ladder.leads(base.schemaVersion, reader) || base.views.has(reader))
  );
}

type Saving = Extract<Step, { readonly kind: 'save' }>;

function seenSave(
  ladder: Ladder,
  type: string,
  base: StoredVersion,
  version: StoredVersion,
  { schemaVersion: writer, document: sent, copies }: Saving,
  reader: number,
): SeenSave {
  const seen = viewAt(ladder, base, writer);
  return {
    type,
    writer,
    seen,
    sent,
    copies,
    reader,
    seenThere: converted(ladder, type, seen, writer, reader).content,
    sentThere: converted(ladder, type, sent, writer, reader).content,
    before: viewAt(ladder, base, reader),
    after: viewAt(ladder, version, reader),
  };
}

import type { Database } from '../../log/database.js';
import type { RecordedEvent } from '../../events/event.js';
import { readLog } from '../../log/read-log.js';
import type { PageState } from '../../events/page.js';
import type { FileStore } from '../../files/file-store.js';
import { fileFinders } from '../../projections/files.js';
import { storedVersions } from '../../projections/stored-versions.js';
import { assetType } from '../../schema/asset-content.js';
import type { JsonObject } from '../../schema/json/json.js';
import type { Ladder } from '../../schema/ladder.js';
import { viewAt } from '../../schema/views.js';
import { AssetBlobs } from './asset-blobs.js';
import { blobCommand, blobId, commitCommand, streamEnd, streamStart } from './fast-import.js';
import { PageFiles } from './page-files.js';

/** Kept up to date while the stream is read. */
export interface HistoryCounts {
  commits: number;
}

/** What a history is made of. `store`: where the files of assets are. */
export interface HistorySource {
  readonly db: Database;
  readonly ladder: Ladder;
  readonly store: FileStore;
}

/**
 * The log up to a position, content at the ladder's current schema version, as a stream for `git fast-import`, one commit for each
 * change set that changes a file.
 * @throws OperatorError for the file of an asset that is missing or damaged
 */
export async function* historyStream(
  { db, ladder, store }: HistorySource,
  upTo: number,
  counts: HistoryCounts,
  progress: (position: number) => void,
): AsyncGenerator<string | Buffer> {
  const stored = storedVersions(db);
  const { ofVersion } = fileFinders(db);
  const files = new PageFiles();
  const assets = new AssetBlobs(store);
  yield streamStart;
  for (const events of changeSets(db, upTo)) {
    for (const event of events) files.apply(event);
    const blobs: Buffer[] = [];
    const changes = files.takeChanges((page) => {
      if (page.type === assetType) return assets.markOf(ofVersion(page.id, page.contentVersion));
      const document = viewAt(ladder, stored(page.id, page.contentVersion), ladder.finalized);
      const content = fileContent(page, document);
      blobs.push(blobCommand(content));
      return blobId(content);
    });
    const [{ changeset }] = events;
    if (changes.length > 0) {
      yield* blobs;
      yield* assets.take();
      const { by, at, source } = changeset;
      const known = source?.address === undefined ? {} : { address: source.address };
      yield commitCommand({ by, ...known, at: new Date(at), message: messageOf(events, files), changes });
      counts.commits++;
    }
    progress(events[0].firstPosition + events.length - 1);
  }
  yield streamEnd;
}

type Events = readonly [RecordedEvent, ...RecordedEvent[]];

function* changeSets(db: Database, upTo: number): Generator<Events> {
  let open: [RecordedEvent, ...RecordedEvent[]] | undefined;
  for (const event of readLog(db, 0, upTo)) {
    if (open?.[0].firstPosition === event.firstPosition) open.push(event);
    else {
      if (open) yield open;
      open = [event];
    }
  }
  if (open) yield open;
}

/** A document is its text, all else but an asset its content at the current schema version. */
function fileContent(page: PageState, document: JsonObject): Buffer {
  if (page.type !== 'document') return Buffer.from(JSON.stringify(document));
  const { body } = document;
  return Buffer.from(typeof body === 'string' ? body : '');
}

/** What the author said or, where they said nothing, what happened to which page. */
function messageOf(events: Events, files: PageFiles): string {
  const [{ changeset, data, stream }] = events;
  const comment = changeset.comment ?? ('comment' in data ? data.comment : null);
  if (comment) return comment;
  const types = [...new Set(events.map(({ type }) => type))].join(', ');
  const others = new Set(events.map((event) => event.stream)).size - 1;
  return `${types} ${files.pathOf(stream) ?? stream}${others > 0 ? ` and ${others} more` : ''}`;
}

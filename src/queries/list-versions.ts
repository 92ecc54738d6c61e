import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import type { Actor } from '../events/event.js';
import type { FileFacts } from '../events/file-facts.js';
import { fileOfVersion } from '../projections/files.js';
import { labelsThen } from '../projections/labels.js';
import { pageOf, readCursor, type Items, type Part } from './cursor.js';
import { notFound } from './find-page.js';
import { ReadModel, type AsOf } from './read-model.js';

/** The content versions of a page, newest first. */
export class ListVersions extends Query<Items<VersionSummary>> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly part: Part,
    readonly asOf?: AsOf,
    /** Of what type the page has to be. */
    readonly type?: string,
  ) {
    super();
  }
}

/** `at` is ISO 8601; `bytes` the size of the content as it was sent. */
export interface VersionSummary {
  readonly version: number;
  readonly at: string;
  readonly by: Actor;
  readonly comment: string | null;
  readonly schemaVersion: number;
  readonly restoredFrom?: number;
  /** In bytewise order. */
  readonly labels: readonly string[];
  readonly bytes: number;
  /** Of an asset. */
  readonly file?: FileFacts;
}

interface VersionRow {
  version: number;
  at: string;
  by: string;
  comment: string | null;
  schema_version: number;
  restored_from: number | null;
  labels: string;
  bytes: number;
  file: string | null;
}

/** @throws Refusal `not-found` */
@QueryHandler(ListVersions)
export class ListVersionsHandler implements IQueryHandler<ListVersions> {
  private readonly versions;

  constructor(private readonly model: ReadModel) {
    this.versions = model.db.prepare<[{ id: string; before: number; at: number; limit: number }], VersionRow>(
      `SELECT version, at, by, versions.comment, schema_version, restored_from, bytes, ${labelsThen} AS labels, ${fileOfVersion} AS file
       FROM versions JOIN pages ON pages.number = versions.page
       JOIN changesets ON changesets.first_position = versions.changeset
       WHERE pages.id = $id AND version < $before AND position <= $at ORDER BY version DESC LIMIT $limit`,
    );
  }

  execute(query: ListVersions): Promise<Items<VersionSummary>> {
    return Promise.resolve(this.model.snapshot(() => this.list(query)));
  }

  private list({ id, access, part, asOf, type }: ListVersions): Items<VersionSummary> {
    if (this.model.sightOf(id, access) !== 'all') throw notFound(id);
    this.model.requireFew(part.limit);
    const at = this.model.positionFor(access, asOf);
    const page = (asOf === undefined ? this.model.pages.latest(id) : this.model.pages.asOf(id, at))?.view;
    if (!page || page.status === 'deleted' || access.sightOf(page) !== 'all') throw notFound(id);
    if (type !== undefined && page.type !== type) throw notFound(id);
    const rows = this.versions.all({
      id,
      before: readCursor(part) ?? Number.MAX_SAFE_INTEGER,
      at,
      limit: part.limit + 1,
    });
    return pageOf(part, rows, (row) => row.version, summary, at);
  }
}

function summary(row: VersionRow): VersionSummary {
  return {
    version: row.version,
    at: row.at,
    by: JSON.parse(row.by) as Actor,
    comment: row.comment,
    schemaVersion: row.schema_version,
    ...(row.restored_from !== null && { restoredFrom: row.restored_from }),
    labels: JSON.parse(row.labels) as string[],
    bytes: row.bytes,
    ...(row.file !== null && { file: JSON.parse(row.file) as FileFacts }),
  };
}

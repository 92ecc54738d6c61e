import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Role } from '../events/event.js';
import { diffJson } from '../schema/diff.js';
import type { JsonValue } from '../schema/json.js';
import { FindPage, FindPageHandler } from './find-page.js';
import { notFound } from './find-page.js';
import type { Moment } from './read-model.js';

/** What changed between two content versions, as a client at its schema version sees them. */
export class DiffVersions {
  constructor(
    readonly id: string,
    readonly role: Role,
    readonly from: number,
    /** The latest, when absent. */
    readonly to: number | undefined,
    readonly schemaVersion: number,
    readonly asOf?: Moment,
  ) {}
}

/** A JSON Patch (RFC 6902) that makes the older of the newer, or the other way round. */
export type Diff = ReturnType<typeof diffJson>;

/** @throws Refusal `not-found`, `version-not-found` */
@QueryHandler(DiffVersions)
export class DiffVersionsHandler implements IQueryHandler<DiffVersions, Diff> {
  constructor(private readonly pages: FindPageHandler) {}

  async execute({ id, role, from, to, schemaVersion, asOf }: DiffVersions): Promise<Diff> {
    if (role === 'render') throw notFound(id);
    const [left, right] = await Promise.all(
      [from, to].map((version) => {
        const which = { ...(version !== undefined && { version }), ...(asOf && { asOf }) };
        return this.pages.execute(new FindPage(id, role, schemaVersion, which));
      }),
    );
    const see = (page: typeof left): JsonValue => (page ? (JSON.parse(page.content) as JsonValue) : null);
    return diffJson(see(left), see(right));
  }
}

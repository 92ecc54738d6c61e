import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { diffJson } from '../schema/diff.js';
import type { JsonValue } from '../schema/json.js';
import { FindPage, FindPageHandler } from './find-page.js';
import { notFound } from './find-page.js';
import type { ShownPage } from './page-view.js';
import type { Moment } from './read-model.js';

/** What changed between two content versions, as a client at its schema version sees them. */
export class DiffVersions extends Query<Diff> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly from: number,
    /** The latest, when absent. */
    readonly to: number | undefined,
    readonly schemaVersion: number,
    readonly asOf?: Moment,
  ) {
    super();
  }
}

/** `patch` (RFC 6902) makes the one of the other; `position` is what the answer reflects. */
export interface Diff {
  readonly patch: ReturnType<typeof diffJson>;
  readonly schemaVersion: number;
  readonly position: number;
}

/** @throws Refusal `not-found`, `version-not-found` */
@QueryHandler(DiffVersions)
export class DiffVersionsHandler implements IQueryHandler<DiffVersions> {
  constructor(private readonly pages: FindPageHandler) {}

  async execute({ id, access, from, to, schemaVersion, asOf }: DiffVersions): Promise<Diff> {
    if (access.isReader) throw notFound(id);
    const [left, right] = await Promise.all(
      [from, to].map((version) => {
        const which = { ...(version !== undefined && { version }), ...(asOf && { asOf }) };
        return this.pages.execute(new FindPage(id, access, schemaVersion, which));
      }),
    );
    if (!left || !right) throw new Error('two versions were asked for');
    const see = ({ content }: ShownPage): JsonValue => JSON.parse(content) as JsonValue;
    return { patch: diffJson(see(left), see(right)), schemaVersion, position: left.position };
  }
}

import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Access } from '../access/access.js';
import { diffJson } from '../schema/json/diff.js';
import { Refusal } from '../refusal.js';
import type { JsonValue, Spend } from '../schema/json/json.js';
import { FindPage, FindPageHandler } from './find-page.js';
import { notFound } from './find-page.js';
import { ReadModel, type AsOf } from './read-model.js';

/** What changed between two content versions, as a client at its schema version sees them. */
export class DiffVersions extends Query<Diff> {
  constructor(
    readonly id: string,
    readonly access: Access,
    readonly from: number,
    /** The latest, when absent. */
    readonly to: number | undefined,
    readonly schemaVersion: number,
    readonly asOf?: AsOf,
  ) {
    super();
  }
}

/**
 * Values that may be looked at for one diff, where an operation counts as some: about two seconds. Counted, and not measured,
 * so that every machine decides alike.
 */
const valuesLimit = 5_000_000;

/** `patch` (RFC 6902) makes the one of the other; `position` is what the answer reflects. */
export interface Diff {
  readonly patch: ReturnType<typeof diffJson>;
  readonly schemaVersion: number;
  readonly position: number;
}

/** @throws Refusal `not-found`, `version-not-found`, `too-much-work` {limit} */
@QueryHandler(DiffVersions)
export class DiffVersionsHandler implements IQueryHandler<DiffVersions> {
  constructor(
    private readonly pages: FindPageHandler,
    private readonly model: ReadModel,
  ) {}

  async execute({ id, access, from, to, schemaVersion, asOf }: DiffVersions): Promise<Diff> {
    if (this.model.sightOf(id, access) !== 'all') throw notFound(id);
    const [left, right] = await Promise.all(
      [from, to].map((version) => {
        const which = { ...(version !== undefined && { version }), ...(asOf && { asOf }) };
        return this.pages.execute(new FindPage(id, access, schemaVersion, which));
      }),
    );
    if (!left || !right) throw new Error('two versions were asked for');
    return { patch: this.patch(left.content, right.content), schemaVersion, position: left.position };
  }

  private patch(left: string, right: string): Diff['patch'] {
    if (left === right) return [];
    this.model.requireShort(left.length + right.length);
    return diffJson(JSON.parse(left) as JsonValue, JSON.parse(right) as JsonValue, within(valuesLimit));
  }
}

function within(limit: number): Spend {
  let spent = 0;
  return (values) => {
    spent += values;
    if (spent <= limit) return;
    throw new Refusal(
      'too-much-work',
      'these versions differ in too many places for a patch: read both of them and compare what you need',
      { limit },
    );
  };
}

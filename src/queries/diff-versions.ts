import { QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Role } from '../events/event.js';
import { diffJson } from '../schema/diff.js';
import { Refusal } from '../refusal.js';
import type { JsonValue, Spend } from '../schema/json.js';
import { FindPage, FindPageHandler } from './find-page.js';
import { notFound } from './find-page.js';
import { ReadModel, type Moment } from './read-model.js';

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

/**
 * Values that may be looked at for one diff, where an operation counts as some: about two seconds. Counted, and not measured,
 * so that every machine decides alike.
 */
const mostValues = 5_000_000;

/** A JSON Patch (RFC 6902) that makes the older of the newer, or the other way round. */
export type Diff = ReturnType<typeof diffJson>;

/** @throws Refusal `not-found`, `version-not-found`, `too-much-work` {limit} */
@QueryHandler(DiffVersions)
export class DiffVersionsHandler implements IQueryHandler<DiffVersions, Diff> {
  constructor(
    private readonly pages: FindPageHandler,
    private readonly model: ReadModel,
  ) {}

  async execute({ id, role, from, to, schemaVersion, asOf }: DiffVersions): Promise<Diff> {
    if (role === 'render') throw notFound(id);
    const [left, right] = await Promise.all(
      [from, to].map((version) => {
        const which = { ...(version !== undefined && { version }), ...(asOf && { asOf }) };
        return this.pages.execute(new FindPage(id, role, schemaVersion, which));
      }),
    );
    if (left?.content === right?.content) return [];
    this.model.requireShort((left?.content.length ?? 0) + (right?.content.length ?? 0));
    const see = (page: typeof left): JsonValue => (page ? (JSON.parse(page.content) as JsonValue) : null);
    return diffJson(see(left), see(right), within(mostValues));
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

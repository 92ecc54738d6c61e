import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { sunsetOf } from '../projections/served-versions.js';
import { Refusal } from '../refusal.js';
import { publishedSchemas } from '../schema/published-schema.js';
import { ReadModel } from './read-model.js';

/** The schema versions, oldest first. */
export class ListSchemaVersions extends Query<FoundSchema> {}

/** What content looks like at a schema version. */
export class FindSchema extends Query<FoundSchema> {
  constructor(readonly version: string) {
    super();
  }
}

/** As JSON, with the log position that it reflects. */
export interface FoundSchema {
  readonly schema: object;
  readonly position: number;
}

@QueryHandler(ListSchemaVersions)
export class ListSchemaVersionsHandler implements IQueryHandler<ListSchemaVersions> {
  constructor(private readonly model: ReadModel) {}

  execute(): Promise<FoundSchema> {
    const { ladder, servedVersions } = this.model;
    const sunsets = servedVersions.sunsets();
    const shown = {
      current: ladder.newest,
      minimum: ladder.lowestServed(servedVersions.minimum()),
      // What is above waits until nobody goes back to the version before.
      finalized: ladder.finalized,
      versions: ladder.versions.map(({ version, title, hash, rung }) => ({
        version,
        title,
        hash,
        changes: rung.changes,
        lossy: rung.losses,
        irreversible: rung.irreversible,
        sunset: sunsetOf(sunsets, version)?.at ?? null,
      })),
    };
    return Promise.resolve({ schema: shown, position: this.model.position() });
  }
}

/** @throws Refusal `not-found` */
@QueryHandler(FindSchema)
export class FindSchemaHandler implements IQueryHandler<FindSchema> {
  constructor(private readonly model: ReadModel) {}

  execute({ version: asked }: FindSchema): Promise<FoundSchema> {
    const { ladder } = this.model;
    const found = /^[1-9]\d{0,8}$/.test(asked) ? ladder.versions[Number(asked) - 1] : undefined;
    if (!found) {
      throw new Refusal(
        'not-found',
        `there is no schema version ${asked}: the newest is ${ladder.finalized}`,
      );
    }
    const { version, title } = found;
    const schema = { version, title, ...publishedSchemas(found) };
    return Promise.resolve({ schema, position: this.model.position() });
  }
}

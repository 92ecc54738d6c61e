import { everywhere } from '../../src/access/rights.js';
import { accessOf } from '../../src/access/access.js';
import { setMinimumSchemaVersion } from '../../src/commands/schema/set-minimum-schema-version.js';
import type { Situation } from '../../src/commands/decision.js';
import { servedVersionFinders } from '../../src/projections/served-versions.js';
import { declare, migration } from '../../src/schema/migration.js';
import { ladderOf } from '../schema/ladder-of.js';
import { createChunk } from '../support/commands.js';
import { given, refused } from '../support/given.js';
import { openInstallation } from '../support/installation.js';
import { ladder } from '../support/ladder.js';
import { setMinimum } from '../support/schema-commands.js';

const { finalized } = ladder;

describe('setting the minimum schema version is refused', () => {
  it.each(['render', 'editor', 'publisher'] as const)('to the role %s', (role) => {
    given()
      .when(setMinimum(2), { rights: everywhere(role) })
      .then(refused('forbidden', { permission: 'administer' }));
  });

  it.each([0, -1, 1.5, NaN])('for what is no schema version: %d', (minimum) => {
    given().when(setMinimum(minimum)).then(refused('malformed-request'));
  });

  it('above the newest', () => {
    given()
      .when(setMinimum(finalized + 1))
      .then(refused('schema-version-unknown', { requested: finalized + 1, current: finalized }));
  });

  it('below a rung that nothing comes down', () => {
    const { db } = openInstallation();
    const irreversible = ladderOf(
      declare({ title: 'Notes', types: {} }),
      migration({ title: 'Forget', irreversible: 'by law' }),
      migration({ title: 'Nothing' }),
    );
    const situation = {
      access: accessOf(everywhere('admin')),
      ladder: irreversible,
      servedVersions: servedVersionFinders(db),
    } as Situation; // all it looks at
    expect(() => setMinimumSchemaVersion(setMinimum(1), situation)).toThrow(
      'nothing comes down to schema version 1: rung 2 is irreversible, so the minimum is 2 or more',
    );
    expect(setMinimumSchemaVersion(setMinimum(2), situation)).toHaveLength(1);
  });
});

describe('setting the minimum schema version', () => {
  const event = (minimum: number) =>
    ({ stream: 'schema', type: 'MinimumSchemaVersionSet', data: { minimum } }) as const;

  it('is remembered, and said to be so', () => {
    const scene = given().when(setMinimum(2));
    scene.then([event(2)]);
    expect(scene.outcome).toMatchObject({ results: [{ kind: 'schema' }] });
  });

  it('to what it is leaves nothing, 1 in the beginning included', () => {
    given().when(setMinimum(1)).then([]);
    given(setMinimum(3)).when(setMinimum(3)).then([]);
  });

  it('lower or higher is possible again and again', () => {
    given(setMinimum(finalized))
      .when(setMinimum(1))
      .then([event(1)]);
    given(setMinimum(2), setMinimum(1))
      .when(setMinimum(2))
      .then([event(2)]);
  });

  it('has the next change set see it', () => {
    given(setMinimum(2))
      .when(createChunk('a', { schemaVersion: 1 }))
      .then(
        refused('schema-version-too-old', { requested: 1, minimum: 2, current: finalized, action: 'reload' }),
      );
  });
});

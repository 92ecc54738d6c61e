import { everywhere } from '../../src/access/rights.js';
import { given, refused } from '../support/given.js';
import { ladder } from '../support/ladder.js';
import { setMinimum, sunset } from '../support/schema-commands.js';

const { finalized } = ladder;
const [soon, later] = ['2027-01-01T00:00:00.000Z', '2028-01-01T00:00:00.000Z'];

describe('announcing the end of a schema version is refused', () => {
  it.each(['render', 'editor', 'publisher'] as const)('to the role %s', (role) => {
    given()
      .when(sunset(1, soon), { rights: everywhere(role) })
      .then(refused('forbidden', { permission: 'administer' }));
  });

  it.each([0, 1.5])('for what is no schema version: %d', (version) => {
    given().when(sunset(version, soon)).then(refused('malformed-request'));
  });

  it('for one that is not known', () => {
    given()
      .when(sunset(finalized + 1, soon))
      .then(refused('schema-version-unknown', { requested: finalized + 1, current: finalized }));
  });

  it('for the newest: its clients would have nowhere to go', () => {
    given()
      .when(sunset(finalized, soon))
      .then(refused('malformed-request', { requested: finalized, current: finalized }));
  });

  it.each(['soon', '2027-01-01', '2027-13-01T00:00:00.000Z', '2027-01-01T25:00:00.000Z', ''])(
    'for the time "%s"',
    (at) => {
      given().when(sunset(1, at)).then(refused('malformed-request'));
    },
  );
});

describe('announcing the end of a schema version', () => {
  const event = (schemaVersion: number, at: string) =>
    ({ stream: 'schema', type: 'SchemaVersionSunset', data: { schemaVersion, at } }) as const;

  it('is remembered, and said to be so', () => {
    const scene = given(setMinimum(2)).when(sunset(2, soon));
    scene.then([event(2, soon)]);
    expect(scene.outcome).toMatchObject({ results: [{ kind: 'schema' }] });
  });

  it('twice leaves nothing more; another time replaces it', () => {
    given(sunset(1, soon)).when(sunset(1, soon)).then([]);
    given(sunset(1, soon))
      .when(sunset(1, later))
      .then([event(1, later)]);
  });
});

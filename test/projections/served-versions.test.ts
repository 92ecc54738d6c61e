import { servedVersionFinders } from '../../src/projections/served-versions.js';
import { createToken } from '../support/commands.js';
import { openInstallation } from '../support/installation.js';
import { setMinimum, sunset } from '../support/schema-commands.js';

const [past, now] = ['2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'];
const [soon, later] = ['2027-01-01T00:00:00.000Z', '2028-01-01T00:00:00.000Z'];

describe('the schema versions that are served', () => {
  it('are all of them while nothing was said', () => {
    const { accept, db } = openInstallation();
    accept(createToken('tess'));
    const { minimum, sunsets, schemaStreamVersion } = servedVersionFinders(db);
    expect([minimum(), sunsets(), schemaStreamVersion()]).toEqual([1, [], 0]);
  });

  it('begin with the minimum, which may be lowered again', () => {
    const { accept, db } = openInstallation();
    const { minimum, schemaStreamVersion } = servedVersionFinders(db);
    accept(setMinimum(3));
    expect(minimum()).toBe(3);
    accept(setMinimum(2));
    expect([minimum(), schemaStreamVersion()]).toEqual([2, 2]);
  });

  it('go when they were announced to, as was said last; nothing ends by that alone', () => {
    const { accept, db } = openInstallation();
    const { minimum, sunsets, schemaStreamVersion } = servedVersionFinders(db);
    accept([sunset(3, later), sunset(1, later)], { at: past });
    accept(sunset(1, soon), { at: now });
    expect(sunsets()).toEqual([
      { schemaVersion: 1, at: soon, announcedAt: now },
      { schemaVersion: 3, at: later, announcedAt: past },
    ]);
    expect([minimum(), schemaStreamVersion()]).toEqual([1, 3]);
  });
});

import { accessOf } from '../../src/access/access.js';
import { everywhere } from '../../src/access/rights.js';
import { decide, requireNeeded, type Command } from '../../src/commands/index.js';
import type { Situation } from '../../src/commands/decision.js';
import { roles } from '../../src/events/role.js';
import { pageWrites } from '../../src/http/pages/page-writes.js';
import { batch } from '../../src/http/batch/batch.js';
import { writeRoutes } from '../../src/http/routes.js';

const commands = [...new Set(writeRoutes.map(({ command }) => command))];

test.each(commands)('who may not do it is refused before its rule looks at anything: %s', (kind) => {
  const situation = { access: accessOf(everywhere('viewer')) } as Situation;
  expect(() => decide({ kind } as Command, situation)).toThrow(
    expect.objectContaining({ code: 'forbidden' }) as Error,
  );
});

test('who is not listened to with a batch could send nothing in it', () => {
  const may = (kind: Command['kind'], role: (typeof roles)[number]): boolean => {
    try {
      requireNeeded(accessOf(everywhere(role)), kind);
      return true;
    } catch {
      return false;
    }
  };
  for (const role of roles.filter((one) => !may(batch.command, one)))
    expect(pageWrites.filter(({ command }) => may(command, role))).toEqual([]);
});

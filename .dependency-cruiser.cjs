// The floors of the house: shell → flow → storage → core. Imports point down only.

/** The rooms, by floor, from the ground up. Each may use what is below it, and what `also` says of its own floor. */
const floors = [
  {
    name: 'core',
    rooms: {
      'refusal.ts': [],
      'memory.ts': [],
      'budget.ts': [],
      'printable.ts': [],
      'waiting-line.ts': [],
      'when-still.ts': [],
      events: [],
      access: ['refusal.ts', 'events'],
      schema: ['refusal.ts', 'memory.ts'],
      migrations: ['schema'],
    },
  },
  {
    name: 'storage',
    rooms: { log: [], ladder: ['log'], projections: ['log', 'ladder'], identity: [], files: [] },
  },
  { name: 'flow', rooms: { commands: ['queries'], queries: [], writer: ['commands', 'queries'] } },
  { name: 'ground of the shell', rooms: { installation: [] } },
  {
    name: 'shell',
    rooms: {
      upgrade: [],
      duties: ['upgrade'],
      exchange: [],
      http: [],
      server: ['http', 'upgrade', 'duties'],
      cli: ['server', 'exchange', 'http', 'upgrade', 'duties'],
    },
  },
];

const roomOf = (name) => (name.endsWith('.ts') ? name.replace('.', '\\.') + '$' : `${name}/`);

/** One rule a room: it imports nothing of a room that is above it, or beside it and not named. */
const upward = floors.flatMap(({ name: floor, rooms }, level) =>
  Object.entries(rooms).flatMap(([room, beside]) => {
    const others = Object.keys(rooms).filter((other) => other !== room && !beside.includes(other));
    const above = floors.slice(level + 1).flatMap((higher) => Object.keys(higher.rooms));
    if (others.length + above.length === 0) return [];
    return {
      name: `${room.replace('.ts', '')}-looks-down`,
      comment: `${room} is on the floor of ${floor}`,
      severity: 'error',
      from: { path: `^src/${roomOf(room)}` },
      to: { path: `^src/(${[...others, ...above].map(roomOf).join('|')})` },
    };
  }),
);

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'every-room-has-a-floor',
      severity: 'error',
      from: {},
      to: {
        path: '^src/',
        pathNot: `^src/(${floors
          .flatMap(({ rooms }) => Object.keys(rooms))
          .map(roomOf)
          .join('|')})`,
      },
    },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot:
          '\\.d\\.ts$|^src/(cli/main|writer/writer-thread)\\.ts$|^src/migrations/|^src/http/docs/viewer/|^test/support/drivers/',
      },
      to: {},
    },
    {
      name: 'core-knows-no-framework',
      comment: 'Rules, event types, log and schema machinery: no framework.',
      severity: 'error',
      from: {
        path: '^src/(schema|migrations|events|access|log|ladder|identity|commands|projections|writer)/',
      },
      to: { path: 'node_modules/(@nestjs|fastify|commander|pino)' },
    },
    {
      name: 'only-one-file-imports-the-driver',
      severity: 'error',
      from: { pathNot: '^src/log/database\\.ts$|^test/|^bench/' },
      to: { path: 'better-sqlite3', dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};

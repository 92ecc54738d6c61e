// The floors of the house: shell → flow → storage → core. Imports point down only.

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: '\\.d\\.ts$|^src/(cli/main|commands/writer-thread|http/read-thread)\\.ts$|^src/migrations/',
      },
      to: {},
    },
    {
      name: 'core-knows-no-framework',
      comment: 'Rules, event types and schema machinery: no framework, no driver, no I/O.',
      severity: 'error',
      from: { path: '^src/(schema|migrations|events|ladder|commands|projections)/' },
      to: { path: 'node_modules/(@nestjs|fastify|commander|pino)' },
    },
    {
      name: 'storage-knows-no-flow',
      severity: 'error',
      from: { path: '^src/(events|ladder|projections)/' },
      to: { path: '^src/(commands|queries|http|cli|upgrade)/' },
    },
    {
      name: 'flow-knows-no-shell',
      severity: 'error',
      from: { path: '^src/(commands|queries)/' },
      to: { path: '^src/(http|cli|upgrade)/' },
    },
    {
      name: 'schema-is-the-ground-floor',
      severity: 'error',
      from: { path: '^src/(schema|migrations)/' },
      to: { path: '^src/', pathNot: '^src/(schema|migrations)/|^src/refusal\\.ts$' },
    },
    {
      name: 'only-one-file-imports-the-driver',
      severity: 'error',
      from: { pathNot: '^src/events/database\\.ts$|^test/|^bench/' },
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

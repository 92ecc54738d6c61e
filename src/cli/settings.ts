/** The environment, read here and nowhere else. */
export interface Settings {
  readonly dataDirectory: string;
  /** The directory of the ladder's rungs; none: those that came with the program. */
  readonly migrationsDirectory: string | undefined;
  /** A secret that is made sure to be an administrator's token at every start. */
  readonly adminToken: string | undefined;
  readonly logLevel: string;
  readonly drainDelayMs: number;
  /** Where `git` is looked for: PATH. */
  readonly searchPath: string;
  /** `inline` commits on the main thread, once per turn of its event loop: for measuring against the thread. */
  readonly writer: 'thread' | 'inline';
}

export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  return {
    dataDirectory: env.PALIMPSEST_DATA ?? './data',
    migrationsDirectory: env.PALIMPSEST_MIGRATIONS === '' ? undefined : env.PALIMPSEST_MIGRATIONS,
    adminToken: env.PALIMPSEST_ADMIN_TOKEN === '' ? undefined : env.PALIMPSEST_ADMIN_TOKEN,
    logLevel: env.PALIMPSEST_LOG_LEVEL ?? 'warn',
    drainDelayMs: Number(env.PALIMPSEST_DRAIN_DELAY_MS ?? 0) || 0,
    searchPath: env.PATH ?? '',
    writer: env.PALIMPSEST_WRITER === 'inline' ? 'inline' : 'thread',
  };
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** The rendering server of `examples/`, as a process. */
export interface Rendering {
  readonly url: string;
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** `api`: its address; `token`: of the role `render`; `base`: the prefix that visitors see. */
export async function startRendering(api: string, token: string, base = ''): Promise<Rendering> {
  const program = fileURLToPath(new URL('../../examples/rendering-server.mjs', import.meta.url));
  const site = spawn(process.execPath, [program], {
    env: { ...process.env, API: api, TOKEN: token, BASE: base, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(site.stdout, 'data')) as [Buffer];
  const url = said.toString().trim();
  return {
    url,
    port: Number(new URL(url).port),
    stop: async () => {
      site.kill('SIGKILL');
      await once(site, 'exit');
    },
  };
}

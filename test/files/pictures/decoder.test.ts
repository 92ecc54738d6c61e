import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decoderLimits } from '../../../src/files/pictures/decoder-job.js';
import { dist } from '../../support/program.js';
import { decodingProcess, programThat, programThatFirst } from './programs.js';
import { codeOf, isRunning, makeWorkshop, sharp, until, type Workshop } from './workshop.js';

const small = { width: 80, format: 'webp' } as const;
const plain = (width: number, height = width): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#0f0' } })
    .png()
    .toBuffer();
const green = await plain(100);

/** For several that differ. */
async function greens(count: number): Promise<readonly Buffer[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => plain(100, 100 + index)));
}

function pidOf({ pictures }: Workshop): number {
  if (pictures.decoderPid === undefined) throw new Error('nothing decodes');
  return pictures.decoderPid;
}

describe('The process that decodes', () => {
  test('is started for the first picture, and kept', async () => {
    const workshop = makeWorkshop();
    expect(workshop.pictures.decoderPid).toBeUndefined();
    await workshop.find(green, 'image/png', small);
    const pid = pidOf(workshop);
    await workshop.measure(green, 'image/png');
    expect(pidOf(workshop)).toBe(pid);
  });

  test('gets nothing of our environment and of our arguments', async () => {
    process.env['PALIMPSEST_ADMIN_TOKEN'] = 'a secret of the operator';
    const workshop = makeWorkshop();
    await workshop.find(green, 'image/png', small);
    delete process.env['PALIMPSEST_ADMIN_TOKEN'];
    const names = readFileSync(`/proc/${pidOf(workshop)}/environ`, 'utf8')
      .split('\0')
      .map((line) => line.split('=')[0]);
    expect(names.filter((name) => !/^(VIPS_|UV_|MALLOC_|NODE_CHANNEL_|$)/.test(name ?? ''))).toEqual([]);
  });

  test('yields to others', async () => {
    const workshop = makeWorkshop();
    await workshop.find(green, 'image/png', small);
    const pid = pidOf(workshop);
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000');
    const [, , , , , , , , , , , , , , , , nice] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    expect(nice).toBe('10');
  });

  test('ends when there was nothing to do for a while, and is there again when there is', async () => {
    const workshop = makeWorkshop({ idleMs: 1 });
    await workshop.find(green, 'image/png', small);
    await until(() => workshop.pictures.decoderPid === undefined);
    await workshop.find(green, 'image/png', { ...small, width: 160 });
  });

  test('takes no notice of signals that are meant for the server', async () => {
    const workshop = makeWorkshop();
    await workshop.find(green, 'image/png', small);
    const pid = pidOf(workshop);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.kill(pid, signal);
    expect(await workshop.measure(green, 'image/png')).toEqual({ width: 100, height: 100 });
    expect(pidOf(workshop)).toBe(pid);
  });

  test.each(['idle', 'at work'])('ends with a server that is killed while it is %s', async (state) => {
    const directory = mkdtempSync(join(tmpdir(), 'palimpsest-orphan-'));
    const source = join(directory, 'source');
    writeFileSync(source, await plain(7000));
    const job = {
      task: 'make',
      source,
      target: join(directory, 'made'),
      variant: { width: 2560, format: 'png' },
    };
    const limits = { ...decoderLimits, sourceBytes: 1e12, cpuMs: 1e9, memoryBytes: 1e12 };
    const task = state === 'idle' ? null : { job, limits };
    const server = spawn(process.execPath, [
      '-e',
      `const child = require('node:child_process').fork(${JSON.stringify(decodingProcess)});
       child.on('message', () => { const task = ${JSON.stringify(task)}; if (task) child.send(task); console.log(child.pid); });`,
    ]);
    const [said] = (await once(server.stdout, 'data')) as [Buffer];
    const pid = Number(String(said));
    expect(isRunning(pid)).toBe(true);
    server.kill('SIGKILL');
    await until(() => !isRunning(pid));
    rmSync(directory, { recursive: true });
  });

  test('says that it is not there where sharp is not installed, once', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'palimpsest-bare-'));
    for (const name of ['files', 'chunks'])
      cpSync(join(dist, name), join(directory, name), { recursive: true });
    mkdirSync(join(directory, 'node_modules'));
    const workshop = makeWorkshop({ program: join(directory, 'files/pictures/decoding-process.js') });
    expect(await workshop.measure(green, 'image/png')).toBeUndefined();
    const asked = [small, small, { ...small, width: 160 as const }].map((variant) =>
      codeOf(workshop.find(green, 'image/png', variant)),
    );
    expect(await Promise.all(asked)).toEqual(Array(3).fill('variants-unavailable'));
    expect(workshop.warnings).toHaveLength(1);
    expect(workshop.warnings[0]).toMatch(/sharp/);
    expect(workshop.pictures.decoderPid).toBeUndefined();
    rmSync(directory, { recursive: true });
  });

  test('that can not be started is no harm', async () => {
    const workshop = makeWorkshop({ program: '/nowhere/at-all.js' });
    expect(await workshop.measure(green, 'image/png')).toBeUndefined();
    expect(await codeOf(workshop.find(green, 'image/png', small))).toBe('variants-unavailable');
  });
});

describe('A process that is killed', () => {
  test('before it is ready is started anew', async () => {
    const workshop = makeWorkshop();
    const found = workshop.find(green, 'image/png', small);
    await until(() => workshop.pictures.decoderPid !== undefined);
    process.kill(pidOf(workshop), 'SIGKILL');
    expect(await codeOf(found)).toBe('found');
  });

  test('at work is started anew, once for each picture', async () => {
    const kill = `process.kill(process.pid, 'SIGKILL')`;
    const once = makeWorkshop({ program: programThatFirst(1, kill) });
    expect(await codeOf(once.find(green, 'image/png', small))).toBe('found');
    const twice = makeWorkshop({ program: programThatFirst(2, kill) });
    expect(await codeOf(twice.find(green, 'image/png', small))).toBe('picture-too-large');
    expect(await codeOf(twice.find(green, 'image/png', small))).toBe('found');
  });

  test('by what it decodes is there for the next', async () => {
    const workshop = makeWorkshop({ program: programThatFirst(2, `process.kill(process.pid, 'SIGSEGV')`) });
    const other = await plain(50);
    const found = codeOf(workshop.find(green, 'image/png', small));
    await until(() => workshop.pictures.decoderPid !== undefined);
    const next = codeOf(workshop.find(other, 'image/png', small));
    expect([await found, await next]).toEqual(['not-a-picture', 'found']);
    expect(await codeOf(workshop.find(green, 'image/png', small))).toBe('not-a-picture');
  });

  test('between two pictures is not missed', async () => {
    const workshop = makeWorkshop();
    for (const [index, bytes] of (await greens(5)).entries()) {
      expect([index, await codeOf(workshop.find(bytes, 'image/png', small))]).toEqual([index, 'found']);
      process.kill(pidOf(workshop), 'SIGKILL');
    }
  });
});

describe('A picture that takes too much', () => {
  test('time of the processor is refused, and remembered', async () => {
    const workshop = makeWorkshop({ limits: { ...decoderLimits, cpuMs: 1 } });
    const bytes = await plain(6000);
    expect(await codeOf(workshop.find(bytes, 'image/png', small))).toBe('picture-too-large');
    expect(workshop.pictures.decoderPid).toBeUndefined();
    expect(await codeOf(workshop.find(bytes, 'image/png', small))).toBe('picture-too-large');
    expect(workshop.pictures.decoderPid).toBeUndefined();
  });

  test('memory is refused, and measured all the same', async () => {
    const memoryBytes = 150 * 1024 * 1024;
    const workshop = makeWorkshop({ limits: { ...decoderLimits, memoryBytes } });
    const bytes = await sharp({ create: { width: 7000, height: 7000, channels: 4, background: '#0f0' } })
      .png({ progressive: true })
      .toBuffer();
    expect(await codeOf(workshop.find(bytes, 'image/png', small))).toBe('picture-too-large');
    expect(await workshop.measure(bytes, 'image/png')).toEqual({ width: 7000, height: 7000 });
    expect(await codeOf(workshop.find(green, 'image/png', small))).toBe('found');
  });

  test('time of ours is refused', async () => {
    const program = programThatFirst(1, '');
    const workshop = makeWorkshop({ program, limits: { ...decoderLimits, wallMs: 3000 } });
    expect(await codeOf(workshop.find(green, 'image/png', small))).toBe('picture-too-large');
    const patient = makeWorkshop({ program });
    expect(await codeOf(patient.find(green, 'image/png', small))).toBe('found');
  });

  test('bytes is refused', async () => {
    const workshop = makeWorkshop({ limits: { ...decoderLimits, sourceBytes: green.length - 1 } });
    expect(await codeOf(workshop.find(green, 'image/png', small))).toBe('picture-too-large');
    expect(await workshop.measure(green, 'image/png')).toBeUndefined();
  });
});

describe('Who asks', () => {
  const silent = programThat('');
  const ask = (workshop: Workshop, who: string, bytes: Buffer): Promise<string> =>
    codeOf(workshop.pictures.find({ sha256: workshop.keep(bytes), mediaType: 'image/png', who }, small));

  test('for more than can be done soon is refused, and leaves room for others', async () => {
    const workshop = makeWorkshop({ program: silent });
    const answers: string[] = [];
    const note = (who: string) => (code: string) => answers.push(`${who} ${code}`);
    const many = await greens(40);
    const [first = green, ...others] = many;
    const asked = [ask(workshop, 'one', first).then(note('one'))];
    await until(() => workshop.pictures.decoderPid !== undefined);
    asked.push(
      ...others.map((bytes) => ask(workshop, 'one', bytes).then(note('one'))),
      ...many.map((bytes, index) =>
        ask(workshop, 'other', Buffer.concat([bytes, Buffer.from([index])])).then(note('other')),
      ),
    );
    // One of them is being decoded, 32 of each may wait.
    await until(() => answers.length === 80 - 65);
    expect(new Set(answers)).toEqual(new Set(['one variants-busy', 'other variants-busy']));
    workshop.pictures.close();
    await Promise.all(asked);
    expect(answers.filter((answer) => answer === 'one shutting-down')).toHaveLength(33);
    expect(answers.filter((answer) => answer === 'other shutting-down')).toHaveLength(32);
    expect(await ask(workshop, 'one', green)).toBe('shutting-down');
  });

  test('at the same time for the same has it made once', async () => {
    const log = join(mkdtempSync(join(tmpdir(), 'palimpsest-log-')), 'log');
    const program = programThat(
      `fs.appendFileSync(${JSON.stringify(log)}, job.task + '\\n');
       if (job.task === 'make') {
         fs.mkdirSync(job.target.replace(/[^/]*$/, ''), { recursive: true });
         fs.writeFileSync(job.target, 'made');
         answer({ outcome: 'made', bytes: 4 });
       } else answer({ outcome: 'swept', bytes: 4096 });`,
    );
    const workshop = makeWorkshop({ program });
    const asked = Array.from({ length: 50 }, () => ask(workshop, 'one', green));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['found']));
    expect(await ask(workshop, 'other', green)).toBe('found');
    await until(() => readFileSync(log, 'utf8') === 'make\nsweep\n');
  });

  test('for a measure waits no longer than said', async () => {
    const workshop = makeWorkshop({ program: silent });
    const sha256 = workshop.keep(green);
    expect(await workshop.pictures.measure(workshop.pathOf(sha256), 'image/png', 10)).toBeUndefined();
  });

  test('for a variant of what has none hears so without a process', async () => {
    const workshop = makeWorkshop();
    for (const type of ['image/svg+xml', 'text/html', 'application/pdf', 'image/tiff', 'image/heic', '']) {
      expect(await codeOf(workshop.find(green, type, small))).toBe('not-a-picture');
      expect(await workshop.measure(green, type)).toBeUndefined();
    }
    expect(workshop.pictures.decoderPid).toBeUndefined();
  });

  test('for a file that is missing hears that', async () => {
    const workshop = makeWorkshop();
    const original = { sha256: 'a'.repeat(64), mediaType: 'image/png', who: 'one' };
    expect(await codeOf(workshop.pictures.find(original, small))).toBe('storage-damaged');
  });
});

test('a process that is asked by nobody we know prints and writes nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'palimpsest-cwd-'));
  const child = fork(decodingProcess, [], { cwd: directory, silent: true, env: {} });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (part: Buffer) => (output += String(part)));
  await once(child, 'message');
  child.disconnect();
  await once(child, 'exit');
  expect(output).toBe('');
  expect(readdirSync(directory)).toEqual([]);
  rmSync(directory, { recursive: true });
});

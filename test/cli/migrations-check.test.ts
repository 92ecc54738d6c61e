import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, sentence, start, temporaryDirectory } from './run.js';
import { byCode, plainUp, rungs } from './checked-rungs.js';

describe('migrations check refuses', () => {
  test('a ladder that can not be loaded', async () => {
    expect(await run('migrations', 'check', '--migrations', rungs('export default 1'))).toEqual({
      code: 78,
      stdout: '',
      stderr: sentence('0002-second.mjs'),
    });
  });

  test.each([
    ['exits', 'process.exit(0);'],
    ['waits for ever', 'await new Promise(() => undefined);'],
  ])('a rung that %s when it is loaded, and so does the server', async (_what, statement) => {
    const migrations = rungs(`${statement} export default 1;`);
    const ends = 'ends the program when it is loaded, or does not come to an end';
    expect(await run('migrations', 'check', '--migrations', migrations)).toEqual({
      code: 78,
      stdout: '',
      stderr: sentence(`rung 2 (0002-…) ${ends}`),
    });
    const data = join(temporaryDirectory(), 'data');
    expect(await run('serve', '--data', data, '--migrations', migrations)).toMatchObject({
      code: 78,
      stderr: sentence('0002-second.mjs: it ends the program when it is loaded, or does not come to an end'),
    });
  });

  test.each([
    ['serve', '--data', join(temporaryDirectory(), 'none')],
    ['migrations', 'lock'],
  ])('a rung that goes on for ever when it is loaded, in %s, too', async (...verb) => {
    const migrations = rungs('for (;;);');
    expect(await run(...verb, '--migrations', migrations)).toMatchObject({
      code: 78,
      stderr: sentence('0002-second.mjs: it ends the program when it is loaded, or does not come to an end'),
    });
  });

  test('a rung with a JSON Schema that is none: by rung, type and field', async () => {
    const schema = `export default ({ migration }) => migration({
      title: 'x', types: { note: (t) => t.add('size', { type: 'whole' }) } });`;
    const { code, stderr } = await run('migrations', 'check', '--migrations', rungs(schema));
    expect([code, stderr]).toEqual([
      78,
      sentence(
        '0002-second.mjs: schema version 2: type "note": schema is invalid: data/properties/size/type',
      ),
    ]);
  });

  test('a number of runs that is none', async () => {
    expect((await run('migrations', 'check', '--runs', '0')).code).toBe(64);
  });

  test('a file among the cases that is none', async () => {
    const migrations = rungs(byCode(plainUp));
    mkdirSync(join(migrations, 'cases'));
    writeFileSync(join(migrations, 'cases', '0002-faithful-x.json'), '{"law":"gravity"}');
    expect(await run('migrations', 'check', '--migrations', migrations)).toEqual({
      code: 65,
      stdout: '',
      stderr: sentence('is no case: there is no law "gravity"'),
    });
  });
});

test('the ladder of this program is sound, and is told rung by rung', async () => {
  const cwd = temporaryDirectory();
  const { code, stdout } = await start(['migrations', 'check', '--runs', '20', '--seed', '1'], { cwd }).ended;
  expect(stdout).toMatch(/^rung +title +lossy +irreversible +result\n1 /);
  expect(stdout).toMatch(/\nno findings with 20 examples of each kind, seed 1\n$/);
  expect(code).toBe(0);
});

test('Ctrl-C ends it cleanly', async () => {
  const checking = start(['migrations', 'check', '--runs', '100000'], { cwd: temporaryDirectory() });
  checking.process.stderr?.once('data', () => checking.process.kill('SIGINT'));
  expect(await checking.ended).toMatchObject({ code: 75, stdout: '' });
});

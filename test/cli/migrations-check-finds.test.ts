import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { byCode, check, laws, plainUp, rungs } from './checked-rungs.js';

describe('migrations check finds a rung that', () => {
  test('loops, and names it with the document that it loops on', async () => {
    const loops =
      "({ text }) => { if (text === 'alpha') for (;;); return text === undefined ? {} : { body: text }; }";
    const { code, report } = await check(rungs(byCode(loops)), '--runs', '200');
    expect(code).toBe(65);
    const finding = report.findings.find(({ message }) => message.includes('does not come to an end'));
    expect(finding).toMatchObject({ law: 'totality', rung: 2, type: 'note' });
    expect(JSON.stringify(finding?.trial?.history)).toContain('"text":"alpha"');
  });

  test('looks for a word that stands in it alone, and changes that', async () => {
    const shouts = byCode("({ text }) => (text === undefined ? {} : { body: text.replace('[shout]', '') })");
    const { code, report } = await check(rungs(shouts));
    expect([code, laws(report)]).toEqual([65, expect.arrayContaining(['faithful'])]);
  });

  test('looks at the clock, however fast it is run twice', async () => {
    const { code, report } = await check(rungs(byCode('() => ({ body: new Date().toISOString() })')));
    expect(code).toBe(65);
    expect(laws(report)).toContain('purity');
  });

  test('forgets a field, and keeps the example as a case that is tried first ever after', async () => {
    const migrations = rungs(byCode(plainUp, '() => ({})'));
    const { code, report } = await check(migrations);
    expect(code).toBe(65);
    expect(laws(report)).toContain('faithful');
    const cases = join(migrations, 'cases');
    expect(readdirSync(cases).every((name) => /^0002-[a-z-]+-[0-9a-f]{8}\.json$/.test(name))).toBe(true);
    const file = report.findings.find(({ law }) => law === 'faithful')?.file ?? '';
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ law: 'faithful', type: 'note', seed: 1 });

    const again = await check(migrations, '--runs', '1', '--seed', '2');
    expect(again.report.findings.map((finding) => finding.file)).toContain(file);

    writeFileSync(join(migrations, '0002-second.mjs'), byCode(plainUp));
    expect(await check(migrations)).toMatchObject({ code: 0, report: { sound: true, findings: [] } });
  });

  test('is faulty without writing anything, if asked to', async () => {
    const migrations = rungs(byCode(plainUp, '() => ({})'));
    expect((await check(migrations, '--no-cases')).code).toBe(65);
    expect(readdirSync(migrations)).toEqual(['0001-notes.mjs', '0002-second.mjs']);
  });
});

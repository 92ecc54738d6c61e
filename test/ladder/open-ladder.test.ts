import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashRungs, printLock } from '../../src/ladder/lock-file.js';
import { openLadder } from '../../src/ladder/open-ladder.js';
import { readRungFiles } from '../../src/ladder/rung-files.js';
import { WrongLadder } from '../../src/ladder/wrong-ladder.js';
import { directoryOf, firstRung, renaming } from './rung-directory.js';

const two = { '0001-notes.mjs': firstRung, '0002-body.mjs': renaming('text', 'body') };

async function refusal(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = directoryOf(files);
  const error: unknown = await openLadder(directory).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof WrongLadder)) throw new Error(`expected a WrongLadder, found ${String(error)}`);
  expect(error.message).toContain(`the ladder in ${directory} can't be used: `);
  return error.message.split("can't be used: ")[1] ?? '';
}

const second = (text: string): Promise<string> => refusal({ ...two, '0002-body.mjs': text });

describe('a directory is refused', () => {
  it('when it is not there', async () => {
    await expect(openLadder('/nowhere/at/all')).rejects.toThrow(/the ladder in \/nowhere\/at\/all.*no such/);
  });

  it('when there is no rung in it', async () => {
    expect(await refusal({ 'README.md': 'Rungs' })).toContain('a ladder needs at least one rung');
  });

  it('when a number is missing', async () => {
    expect(await refusal({ '0001-notes.mjs': firstRung, '0003-body.mjs': '' })).toContain(
      '0003-body.mjs follows 0001-notes.mjs and should have number 0002',
    );
    expect(await refusal({ '0002-body.mjs': '' })).toContain(
      '0002-body.mjs comes first and should have number 0001',
    );
  });

  it('when a number is there twice', async () => {
    expect(await refusal({ ...two, '0002-words.js': '' })).toContain(
      '0002-body.mjs and 0002-words.js have the same number',
    );
  });

  it('when a released rung has changed, or the lock is damaged', async () => {
    const lock = printLock(hashRungs(readRungFiles(directoryOf(two)).files, []));
    expect(await refusal({ ...two, '0002-body.mjs': renaming('text', 'words'), 'ladder.lock': lock })).toBe(
      'rung 0002-body.mjs was released and has changed: put it back, and add a new rung',
    );
    expect(await refusal({ ...two, 'ladder.lock': '=======\n' })).toContain(
      'ladder.lock: line 1 should be rung 1',
    );
  });
});

describe('a rung is refused, by its name,', () => {
  it.each([
    ['is no JavaScript', 'export default (', 'Unexpected'],
    ['throws when it is loaded', 'throw new Error("on strike")', 'on strike'],
    ['exports nothing', 'const a = 1;', 'it has no default export: write `export default'],
    ['exports text', 'export default "rung";', 'its default export is a string, not a rung'],
    ['exports a list', 'export default [];', 'its default export is a list, not a rung'],
    [
      'makes nothing',
      'export default () => {};',
      'its default export is a function that gives undefined, not a rung',
    ],
    [
      'is made by nobody',
      'export default { title: "x", types: {} };',
      'is not made by declare(…) or migration(…)',
    ],
    ['has no title', 'export default ({ migration }) => migration({});', 'its title has to be a text'],
    [
      'lists its types',
      'export default ({ migration }) => migration({ title: "x", types: [] });',
      'types has to be an object, by name, not a list',
    ],
    [
      'has a type that is none',
      'export default ({ migration }) => migration({ title: "x", types: { note: 7 } });',
      'type "note" has to be (type) => type.…, or a JSON Schema for a new type, not a number',
    ],
    [
      'changes blocks in an unknown way',
      'export default ({ migration }) => migration({ title: "x", blocks: { ad: {} } });',
      "blocks can't ad: choose from add, remove, rename, split, merge",
    ],
    [
      'adds a block without saying what older clients see',
      'export default ({ migration }) => migration({ title: "x", blocks: { add: { video: true } } });',
      'blocks: add: video has to be hide() or placeholder(label), not a boolean',
    ],
    [
      'renames a block to nothing',
      'export default ({ migration }) => migration({ title: "x", blocks: { rename: { a: null } } });',
      'blocks: rename: a has to be the new name, not null',
    ],
    [
      'is irreversible without a reason',
      'export default ({ migration }) => migration({ title: "x", irreversible: true });',
      'irreversible has to be the reason, as a text, not a boolean',
    ],
    ['changes a field that is not there', renaming('heading', 'title'), 'heading'],
    ['declares types again', firstRung, 'only the first rung declares types'],
  ])('when it %s', async (_what, text, message) => {
    const reason = await second(text);
    expect(reason).toMatch(/^0002-body\.mjs: /);
    expect(reason).toContain(message);
  });

  it('when the first one declares no types, or has one that is no schema', async () => {
    expect(await refusal({ '0001-notes.mjs': renaming('a', 'b') })).toContain(
      'the first rung declares types',
    );
    const listed = 'export default ({ declare }) => declare({ title: "x", types: { note: ["title"] } });';
    expect(await refusal({ '0001-notes.mjs': listed })).toContain(
      'type "note" has to be a JSON Schema, not a list',
    );
  });
});

describe('a ladder', () => {
  it('is made of the rungs of a directory, in order, and of nothing else in it', async () => {
    const ladder = await openLadder(
      directoryOf({ ...two, 'words.mjs': 'throw 1', '0003.mjs': '', 'README.md': '' }),
    );
    expect(ladder.versions.map(({ title }) => title)).toEqual(['Notes', 'text is called body']);
    expect(ladder.at(2).hash).toBe(hashRungs(readRungFiles(directoryOf(two)).files, [])[1]?.hash);
  });

  it('has rungs that are not released yet', async () => {
    const lock = printLock(hashRungs(readRungFiles(directoryOf(two)).files, []).slice(0, 1));
    expect((await openLadder(directoryOf({ ...two, 'ladder.lock': lock }))).finalized).toBe(2);
  });

  it('comes with the program, and all its rungs are released', async () => {
    const ladder = await openLadder();
    const locked = readFileSync(join(import.meta.dirname, '../../src/migrations/ladder.lock'), 'utf8');
    expect(locked.trimEnd().split('\n')).toHaveLength(ladder.finalized);
    expect(ladder.floor).toBe(1);
  });
});

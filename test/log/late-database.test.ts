import { openDatabase } from '../../src/log/database.js';
import { DatabaseAway, lateDatabase } from '../../src/log/late-database.js';

function databaseWith(value: string) {
  const db = openDatabase(':memory:');
  db.exec('CREATE TABLE notes (text TEXT)');
  db.prepare('INSERT INTO notes VALUES (?)').run(value);
  return db;
}

test('a statement prepared before there is a database answers from the one that is open', () => {
  const late = lateDatabase();
  const statement = late.db.prepare<[], string>('SELECT text FROM notes').pluck();
  expect(() => statement.get()).toThrow(DatabaseAway);
  late.open(databaseWith('first'));
  expect(statement.get()).toBe('first');
  late.close();
  expect(() => statement.get()).toThrow(DatabaseAway);
  late.open(databaseWith('second'));
  expect(statement.all()).toEqual(['second']);
  expect(late.db.transaction(() => statement.get())()).toBe('second');
  late.close();
});

test('rows come the way they were asked for', () => {
  const late = lateDatabase();
  const rows = late.db.prepare('SELECT text FROM notes').raw();
  late.open(databaseWith('one'));
  expect(rows.all()).toEqual([['one']]);
  expect([...late.db.prepare('SELECT text FROM notes').iterate()]).toEqual([{ text: 'one' }]);
  late.close();
});

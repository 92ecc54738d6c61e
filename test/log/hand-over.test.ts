import {
  fence,
  readHandshakeSecret,
  resume,
  seal,
  unfence,
  writeHandshakeSecret,
} from '../../src/log/hand-over.js';
import { readInstallation } from '../../src/log/installation.js';
import { readHead } from '../../src/log/log.js';
import { pageCreated, append } from '../support/append.js';
import { openInstallation } from '../support/installation.js';

function sealed() {
  const installation = openInstallation();
  append(installation, [pageCreated('a', null)]);
  const { epoch } = readInstallation(installation.db);
  return { installation, db: installation.db, epoch, taken: seal(installation.db, epoch) };
}

test('a sealed log refuses to be appended to, until it is resumed under a new epoch', () => {
  const { installation, db, epoch, taken } = sealed();
  expect(taken).toEqual({ position: 1, hash: readHead(db).hash, epoch });
  expect(() => {
    append(installation, [pageCreated('b', null)]);
  }).toThrow('another process is in charge');
  expect(resume(db, epoch)).toBe(epoch + 1);
  append(installation, [pageCreated('b', null)]);
  expect(readHead(db).position).toBe(2);
});

test('only who is in charge can seal', () => {
  const { db } = openInstallation();
  const { epoch } = readInstallation(db);
  expect(() => seal(db, epoch + 1)).toThrow('another process is in charge');
  expect(readInstallation(db).mode).toBe('live');
});

test('of resume and fence only one succeeds', () => {
  const first = sealed();
  expect(resume(first.db, first.epoch)).toBe(first.epoch + 1);
  expect(fence(first.db, first.taken)).toBe(false);

  const second = sealed();
  expect(fence(second.db, second.taken)).toBe(true);
  expect(resume(second.db, second.epoch)).toBeUndefined();
  unfence(second.db, second.taken);
  expect(resume(second.db, second.epoch)).toBe(second.epoch + 1);
});

test('a seal does not fit another log, or a log that went on', () => {
  const { db, epoch, taken, installation } = sealed();
  expect(fence(db, { ...taken, hash: '00'.repeat(32) })).toBe(false);
  resume(db, epoch);
  append(installation, [pageCreated('b', null)]);
  const again = seal(db, epoch + 1);
  expect(fence(db, taken)).toBe(false);
  expect(fence(db, again)).toBe(true);
});

test('the secret is the last one written', () => {
  const { db } = openInstallation();
  expect(readHandshakeSecret(db)).toBe('');
  writeHandshakeSecret(db, 'one');
  writeHandshakeSecret(db, 'two');
  expect(readHandshakeSecret(db)).toBe('two');
});

import type { Loss } from '../../src/log/file-watch.js';
import { StorageState } from '../../src/queries/storage-state.js';

const replaced: Loss = { message: 'was replaced by another', isReadable: true };
const unsure: Loss = { message: 'make room', isReadable: true, isUnsure: true };

it.each<[string, Loss | undefined, string]>([
  ['while all is well', undefined, 'sound'],
  ['once files were replaced', replaced, 'lost'],
  ['while there is no room to look whether they were', unsure, 'sound'],
])('%s', (_when, loss, status) => {
  const storage = new StorageState();
  storage.loss = loss;
  expect(storage.status).toBe(status);
});

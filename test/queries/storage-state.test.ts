import type { Loss } from '../../src/log/file-watch.js';
import { StorageState } from '../../src/queries/storage-state.js';

const replaced: Loss = { message: 'was replaced by another', isReadable: true };
const unsure: Loss = { message: 'make room', isReadable: true, isUnsure: true };

it.each<[string, Loss | undefined, number, string]>([
  ['is sound while all is well', undefined, 0, 'sound'],
  ['is lost once files were replaced, whatever was damaged', replaced, 1, 'lost'],
  ['is full while there is no room to look whether they were', unsure, 0, 'full'],
  ['is damaged in the first place, where there is no room either', unsure, 1, 'damaged'],
])('the storage %s', (_what, loss, damages, status) => {
  const storage = new StorageState();
  storage.loss = loss;
  storage.damages = damages;
  expect(storage.status).toBe(status);
});

/**
 * In which order Jest runs the files of tests. What takes a minute comes first, so that no worker is left with it at the end
 * while the others have nothing to do. By folder, as a fresh clone has no timings.
 */
import { createRequire } from 'node:module';

const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer');

const first = ['upgrade', 'torture', 'http/access', 'cli', 'schema/laws', 'access', 'http', 'files'];

function turnOf({ path }) {
  const turn = first.findIndex((folder) => path.includes(`/test/${folder}/`));
  return turn < 0 ? first.length : turn;
}

export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => turnOf(a) - turnOf(b));
  }
}

import { Refusal } from '../refusal.js';

/** Numbers of a patched document are written anew: `1e20` takes five times as much then. */
const growthLimit = 5;
const slackBytes = 64 * 1024;

/** The memory that was kept for the documents of an answer, when it was not known yet what others would make of them. */
export class AnswerRoom {
  private left: number;

  constructor(roomBytes: number) {
    this.left = slackBytes + growthLimit * roomBytes;
  }

  /** @throws Refusal `too-many-requests` for a document that has become far larger meanwhile */
  take(content: string): void {
    this.left -= content.length;
    if (this.left >= 0) return;
    throw new Refusal(
      'too-many-requests',
      'the page has become much larger while this was on its way: send it again in a second',
    );
  }
}

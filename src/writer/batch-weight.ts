import type { NewEvent } from '../events/event.js';
import type { PageView } from '../queries/page-view.js';
import { Refusal } from '../refusal.js';
import type { Overwritten } from '../schema/merge/saved.js';
import type { BatchLimits } from '../commands/change-set.js';
import type { Command } from '../commands/index.js';

/** As much as a few single writes, or one write of the largest document a few times over, may take. */
export const batchLimits: BatchLimits = { weightBytes: 64 * 1024 * 1024, answerBytes: 64 * 1024 * 1024 };

/** Of an item's headers and punctuation, and of one of its warnings. */
const headBytes = 1024;
const warningBytes = 256;

/**
 * What a batch has taken so far. Bytes are counted, and not time, so that every machine decides alike; and before a
 * document is read, so that what is refused has cost no more than what is allowed.
 */
export class BatchWeight {
  private weight = 0;
  private answer = 0;

  constructor(private readonly limits: BatchLimits) {}

  /** What a command brings. */
  bring(command: Command): void {
    if ('document' in command) this.add(Buffer.byteLength(command.document.text));
  }

  /** What a command has led to. */
  append(events: readonly NewEvent[]): void {
    for (const event of events) {
      if ('content' in event) this.add(Buffer.byteLength(event.content));
    }
  }

  /**
   * What will be read or copied.
   * @throws Refusal `too-much-work` {limitBytes}
   */
  add(bytes: number): void {
    this.weight += bytes;
    const { weightBytes } = this.limits;
    if (this.weight <= weightBytes) return;
    throw new Refusal(
      'too-much-work',
      `the documents that the batch brings, reads and writes up to this command are larger than ${weightBytes} bytes together: send it in several batches`,
      { limitBytes: weightBytes },
    );
  }

  /**
   * What a command is answered with; `content` is null where it will not be shown.
   * @throws Refusal `too-much-work` {limitBytes}
   */
  show(view: PageView, content: string | null, overwritten: readonly Overwritten[]): void {
    const told = Buffer.byteLength(JSON.stringify(view)) + Buffer.byteLength(content ?? '');
    // A warning says its pointer twice.
    const warnings = 2 * Buffer.byteLength(JSON.stringify(overwritten)) + warningBytes * overwritten.length;
    this.answer += headBytes + told + warnings;
    const { answerBytes } = this.limits;
    if (this.answer <= answerBytes) return;
    throw new Refusal(
      'too-much-work',
      `the answer up to this command would be larger than ${answerBytes} bytes: send the batch in several${content === null ? '' : ', or without `with=content`'}`,
      { limitBytes: answerBytes },
    );
  }
}

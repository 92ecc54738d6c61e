import type { Access } from '../../access/access.js';
import type { Event } from '../../events/event.js';
import { familyOf } from '../../events/event-types.js';
import type { FeedEvent } from '../../queries/feed/feed-event.js';

/** Which events a stream shows, and how. */
export interface Shown {
  /** The reader. */
  readonly access: Access;
  readonly schemaVersion: number;
  readonly type?: string;
  readonly stream?: string;
  /** The id of the page to which it is confined, with all beneath it. */
  readonly within?: string;
}

interface Frame {
  readonly event: Pick<FeedEvent, 'type' | 'stream'>;
  readonly start: number;
  readonly end: number;
}

/** Events in a row as the bytes that streams send, made once for all who are shown some of them. */
export class EventPage {
  private readonly bytes: Buffer;
  private readonly frames: readonly Frame[];
  private readonly parts = new Map<string, readonly Buffer[]>();

  /**
   * @param last the position up to which nothing else is to be shown
   * @param within how far what happened there was told, if that is not all
   */
  constructor(
    events: readonly FeedEvent[],
    readonly last: number,
    readonly within?: number,
  ) {
    let end = 0;
    const texts = events.map((event) => Buffer.from(textOf(event)));
    this.frames = events.map(({ type, stream }, index) => {
      const start = end;
      end += texts[index]?.byteLength ?? 0;
      return { event: { type, stream }, start, end };
    });
    const [first] = texts;
    this.bytes = first && texts.length === 1 ? first : Buffer.concat(texts); // one may be large
  }

  get byteLength(): number {
    return this.bytes.length;
  }

  get isEmpty(): boolean {
    return this.frames.length === 0;
  }

  /** What of it is to be shown: neighbours together, nothing copied. */
  partsFor(shown: Shown): readonly Buffer[] {
    const key = JSON.stringify([shown.access.key, shown.type, shown.stream]);
    const known = this.parts.get(key) ?? this.cut(shown);
    this.parts.set(key, known);
    return known;
  }

  private cut(shown: Shown): readonly Buffer[] {
    const parts: Buffer[] = [];
    let from: number | undefined;
    let to = 0;
    for (const { event, start, end } of this.frames) {
      if (shows(shown, event)) {
        from ??= start;
        to = end;
        continue;
      }
      if (from !== undefined) parts.push(this.bytes.subarray(from, to));
      from = undefined;
    }
    if (from !== undefined) parts.push(this.bytes.subarray(from, to));
    return parts;
  }
}

/** The same that `ListEvents` finds. What is read for readers is read for nobody else. */
function shows(shown: Shown, { type, stream }: Frame['event']): boolean {
  return (
    (isMadeForThem(type) || shown.access.families.includes(familyOf(type))) &&
    (shown.type === undefined || shown.type === type) &&
    (shown.stream === undefined || shown.stream === stream)
  );
}

/** Whether it stands in no log. */
function isMadeForThem(type: FeedEvent['type']): type is Exclude<FeedEvent['type'], Event['type']> {
  return ['visible', 'changed', 'vanished', 'entered', 'left'].includes(type);
}

/** A line break in the JSON can only stand between its tokens, where a space means the same. */
function textOf({ position, goesOnAfter = position, type, json }: FeedEvent): string {
  const line = /[\r\n]/.test(json) ? json.replace(/[\r\n]+/g, ' ') : json;
  return `id: ${goesOnAfter}\nevent: ${type}\ndata: ${line}\n\n`;
}

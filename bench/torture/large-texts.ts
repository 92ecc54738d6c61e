/** Documents that are dear: long, wide, deep, of many blocks. All as JSON text in ASCII. */

export function longText(title: string, bytes: number): string {
  return `{"title":"${title}","body":"${'x'.repeat(bytes)}"}`;
}

/** Valid as a `page`: many small blocks, each with an `_id`. */
export function blocks(count: number, from = 0): string {
  const items = Array.from(
    { length: count },
    (_, index) => `{"_type":"text","_id":"b${from + index}","markdown":"${index}"}`,
  );
  return `{"title":"Blocks","blocks":[${items.join(',')}]}`;
}

/** The same with a video among them, which clients below schema version 3 see as a placeholder. */
export function blocksAndVideo(count: number): string {
  return blocks(count).replace('"blocks":[', '"blocks":[{"_type":"video","_id":"v","url":"u"},');
}

/** A document whose `list` holds that many lists, three values each. */
export function smallLists(count: number): string {
  return `{"title":"Lists","list":[${'[0],'.repeat(count - 1)}[0]]}`;
}

export function numbers(count: number, digit: number): string {
  return `{"title":"Numbers","list":[${`${digit},`.repeat(count - 1)}${digit}]}`;
}

export function deep(levels: number): string {
  return `{"title":${'['.repeat(levels)}${']'.repeat(levels)}}`;
}

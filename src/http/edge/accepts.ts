interface Range {
  readonly name: string;
  /** From 0, not at all, to 1. */
  readonly quality: number;
}

/** Whether a client asks for this media type by its name, and wants JSON no more than it (RFC 9110 §12.5.1). */
export function prefers(type: string, accept: string | undefined): boolean {
  const ranges = (accept ?? '').split(',').map(readRange);
  const wanted = qualityOf(ranges, [type]);
  return wanted > 0 && wanted >= qualityOf(ranges, ['application/json', 'application/*', '*/*']);
}

function readRange(text: string): Range {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return { name, quality: quality === undefined ? 1 : Number(quality) };
}

/** That of the first of these names that is there. */
function qualityOf(ranges: readonly Range[], names: readonly string[]): number {
  for (const name of names) {
    const range = ranges.find((one) => one.name === name);
    if (range) return range.quality;
  }
  return 0;
}

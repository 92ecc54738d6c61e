/** How wide a variant may be, in pixels: few, so that who asks for all of them fills no disk. */
export const variantWidths = [80, 160, 320, 640, 960, 1280, 1920, 2560] as const;

/** What it may be written as. AVIF is read only: to write it takes ten times as long as WebP. */
export const variantFormats = ['jpeg', 'png', 'webp'] as const;

export type VariantFormat = (typeof variantFormats)[number];

/** What a picture is wanted as. */
export interface Variant {
  readonly width: (typeof variantWidths)[number];
  readonly format: VariantFormat;
}

/** No variant is taller: it is what WebP holds. Of a picture that would be, the width is less than what was asked for. */
export const tallestVariant = 16_383;

/** In pixels: width times height of one that is decoded. */
export const pixelLimit = 50_000_000;

/**
 * Counted up when the same picture comes to other bytes than before: when something is changed here or in what decodes, and with
 * another version of sharp. Part of names and entity tags.
 */
export const recipe = 'sharp-0.35.5-1';

/** Media types that are pictures to us, and what each becomes where no format is asked for: what can be animated is a picture that isn't. */
const pictures: ReadonlyMap<string, VariantFormat> = new Map([
  ['image/jpeg', 'jpeg'],
  ['image/png', 'png'],
  ['image/apng', 'png'],
  ['image/webp', 'webp'],
  ['image/gif', 'png'],
  ['image/avif', 'webp'],
]);

/** Undefined for what no variant can be made of. */
export function ownFormat(mediaType: string): VariantFormat | undefined {
  return pictures.get(mediaType);
}

export function mediaTypeOfFormat(format: VariantFormat): string {
  return `image/${format}`;
}

/** The same for the same bytes; of characters that an entity tag may have. */
export function variantTag(sha256: string, variant: Variant): string {
  return variantPath(sha256, variant).replace('/', '');
}

/** The name of a file beneath the directory of variants; all of one picture are in one directory and begin with its hash. */
export function variantPath(sha256: string, { width, format }: Variant): string {
  return `${sha256.slice(0, 2)}/${sha256.slice(2)}-${width}-${recipe}.${format}`;
}

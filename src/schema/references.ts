import { blockType } from './blocks.js';
import type { ContentTypes } from './content-types.js';
import { isArray, type JsonObject, type JsonValue } from './json/json.js';
import { siteLinksIn } from './markdown-links.js';
import { printPointer } from './json/pointer.js';
import { referenceShapes, type ReferenceKind, type Shape } from './reference-shapes.js';

/** A field of a document that holds the id of an asset, or of a page; or a link in one that holds Markdown. */
export interface Reference {
  /** Where in the document the field is. */
  readonly pointer: string;
  readonly kind: ReferenceKind;
  /** The id, a UUID in lower case; of a link the way that it goes (`SiteLink`), which is not the form of an id. */
  readonly target: string;
  /** A link as it stands in the text. */
  readonly link?: string;
}

/** Whether a target is the way of a link, and not an id. */
export function isLink(target: string): boolean {
  return target.includes('/');
}

/** Finds the references in documents of one page type, at one schema version. */
export interface ReferenceFinder {
  /** In the order of the document: first the page's own fields, then those of its blocks. */
  readonly referencesIn: (document: JsonObject) => readonly Reference[];
  /** The targets alone, each once, and no more than `targetLimit`. */
  readonly targetsIn: (document: JsonObject) => ReadonlySet<string>;
}

/** So many targets of one document are kept: beyond that a save would take longer to note them than for all else. */
export const targetLimit = 10_000;

type Path = readonly (string | number)[];

/** Is told of each reference; `path` is changed afterwards. Answers whether to go on. */
type Found = (kind: ReferenceKind, target: string, path: Path, link?: string) => boolean;

/** What holds the id of a page: those of this log are written so. */
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Looks once at the types of a schema version for fields that hold references (`x-reference`); each page type's finder is undefined
 * where no document of that type can have any. Blocks are looked at wherever they stand, as rungs do, in types that have a slot for some.
 */
export function compileReferences(types: ContentTypes): (pageType: string) => ReferenceFinder | undefined {
  const blocks = new Map(
    Array.from(types.blocks, ([name, schema]) => [name, referenceShapes(schema)] as const).filter(
      ([, { shapes }]) => shapes.length > 0,
    ),
  );
  const ofBlock = (type: string): readonly Shape[] => blocks.get(type)?.shapes ?? [];
  const finders = new Map<string, ReferenceFinder>();
  for (const [name, schema] of types.pages) {
    const { shapes, hasSlots } = referenceShapes(schema);
    const isWithBlocks = hasSlots && blocks.size > 0;
    if (shapes.length === 0 && !isWithBlocks) continue;
    finders.set(
      name,
      finderOf((document, found) => {
        const walk = new Walk(found, ofBlock);
        walk.value(document, shapes);
        if (isWithBlocks) walk.blocks(document);
      }),
    );
  }
  return (pageType) => finders.get(pageType);
}

function finderOf(each: (document: JsonObject, found: Found) => void): ReferenceFinder {
  return {
    referencesIn: (document) => {
      const references = new Map<string, Reference>();
      each(document, (kind, target, path, link) => {
        const pointer = printPointer(path);
        // A page's schema may say of a block in it what the block's own says; and a text may have a link twice.
        const key = link === undefined ? pointer : `${pointer} ${target}`;
        if (!references.has(key)) {
          references.set(key, { pointer, kind, target, ...(link !== undefined && { link }) });
        }
        return true;
      });
      return [...references.values()];
    },
    targetsIn: (document) => {
      const targets = new Set<string>();
      each(document, (_kind, target) => targets.add(target).size < targetLimit);
      return targets;
    },
  };
}

/** One look at a document, as deep as documents are. */
class Walk {
  private readonly path: (string | number)[] = [];
  private isOver = false;

  constructor(
    private readonly found: Found,
    private readonly ofBlock: (type: string) => readonly Shape[],
  ) {}

  /** What these shapes say of a value. */
  value(value: JsonValue, shapes: readonly Shape[]): void {
    if (shapes.length === 0 || this.isOver) return;
    if (typeof value === 'string') {
      this.text(value, shapes);
    } else if (isArray(value)) {
      for (const [index, item] of value.entries()) {
        this.at(
          index,
          item,
          inside(shapes, (shape) => shape.at(index)),
        );
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value)) {
        this.at(
          key,
          value[key] as JsonValue,
          inside(shapes, (shape) => shape.of(key)),
        );
      }
    }
  }

  private text(text: string, shapes: readonly Shape[]): void {
    const kind = shapes.find((shape) => shape.kind !== undefined)?.kind;
    if (kind === 'markdown') {
      for (const { way, written } of siteLinksIn(text)) {
        this.isOver = !this.found(kind, way, this.path, written);
        if (this.isOver) return;
      }
    } else if (kind !== undefined && uuid.test(text)) {
      this.isOver = !this.found(kind, text, this.path);
    }
  }

  /** What blocks have in them, wherever they stand. */
  blocks(value: JsonValue): void {
    if (typeof value !== 'object' || value === null || this.isOver) return;
    const type = blockType(value);
    if (type !== undefined) this.value(value, this.ofBlock(type));
    for (const key of isArray(value) ? value.keys() : Object.keys(value)) {
      this.path.push(key);
      this.blocks((value as Readonly<Record<string | number, JsonValue>>)[key] as JsonValue);
      this.path.pop();
    }
  }

  private at(key: string | number, value: JsonValue, shapes: readonly Shape[]): void {
    this.path.push(key);
    this.value(value, shapes);
    this.path.pop();
  }
}

/** Each shape once, however many lead to it: else schemas that refer to themselves would take time that doubles with each level. */
function inside(
  shapes: readonly Shape[],
  choose: (shape: Shape) => readonly (readonly Shape[])[],
): readonly Shape[] {
  const [only] = shapes;
  const chosen = only && shapes.length === 1 ? choose(only) : shapes.flatMap(choose);
  const [first = [], ...others] = chosen;
  return others.length === 0 ? first : [...new Set(chosen.flat())];
}

import type { OwnRungs } from './own-rungs.js';

/** The text of a new rung, to be filled in. `isFirst`: it declares types instead of changing them. */
export function rungTemplate(title: string, isFirst: boolean, language: OwnRungs['language']): string {
  const maker = isFirst ? 'declare' : 'migration';
  const body = isFirst ? declaration(title) : migration(title);
  if (language === 'typescript') {
    return `import { ${maker} } from '../schema/migration.js';\n\nexport default ${maker}({\n${body}});\n`;
  }
  const names = isFirst ? '{ declare }' : '{ migration, hide, placeholder, code }';
  const unused = isFirst ? '' : '// Take out of the list what is not needed.\n';
  const indented = body.replace(/^(?=.)/gm, '  ');
  return `${unused}export default (${names}) =>\n  ${maker}({\n${indented}  });\n`;
}

/** Whether a rung is still what `rungTemplate` wrote, however it is spaced and titled: it says nothing yet. */
export function isTemplate(text: string): boolean {
  const title = /\btitle: (['"])((?:\\.|(?!\1).)*)\1/.exec(text)?.[2]?.replace(/\\(.)/g, '$1') ?? '';
  return [true, false].some((isFirst) =>
    (['typescript', 'module'] as const).some(
      (language) => withoutSpace(rungTemplate(title, isFirst, language)) === withoutSpace(text),
    ),
  );
}

/** Nor comments, and with one kind of quotes. */
function withoutSpace(text: string): string {
  return text
    .replace(/^\s*\/\/.*$/gm, '')
    .replace(/[\s,;]+/g, '')
    .replace(/\\?['"]/g, "'");
}

function declaration(title: string): string {
  return `  title: ${quoted(title)},
  // Page types, by JSON Schema. { $ref: 'blocks' } is a list of blocks. Fields that are not mentioned are kept.
  types: {
    page: {
      type: 'object',
      required: ['title'],
      properties: { title: { type: 'string' }, blocks: { $ref: 'blocks' } },
    },
  },
  // Block types: objects inside a page, each with its _type and a document-wide unique _id.
  blocks: {
    text: { type: 'object', properties: { markdown: { type: 'string' } } },
  },
`;
}

/** What is commented out shows the vocabulary; the rest is a rung that changes nothing. */
function migration(title: string): string {
  return `  title: ${quoted(title)},
  // What happens to the fields of a page type or block type; the way back follows by itself.
  types: {
    // page: (type) =>
    //   type
    //     .rename({ old: 'new' }) // several at once, so that names can be swapped
    //     .add('layout', { enum: ['wide', 'narrow'] }, { default: 'wide' })
    //     .remove('legacy', { default: '' }) // what older clients see on pages made later
    //     .in('seo', (seo) => seo.rename({ summary: 'description' })) // inside an object
    //     .each('links', (link) => link.rename({ href: 'url' })) // in each object of a list
    //     .eachValue('translations', (text) => text.rename({ t: 'title' })) // in each value of a dictionary
    //     .hoist('title', { from: 'seo' }) // out of an object; plunge('title', { into: 'seo' }): into it
    //     .wrap('cta', { as: 'ctas', onClear: 'shift' }) // one becomes a list; head(…): the other way
    //     .convert('tone', { up: { plain: 0, loud: 9 }, down: { 0: 'plain', 9: 'loud' } })
    //     .split('name', { into: ['first', 'last'], at: ' ' }) // merge(['first', 'last'], { as: 'name', with: ' ' })
    //     .relax('title', { type: 'string', maxLength: 200 }) // older clients see it cut
    //     .code({ reads: ['a'], writes: ['b'], up: ({ a }) => ({ b: a }), down: ({ b }) => ({ a: b }) }),
    // news: { type: 'object', properties: {} }, // a page type that is new
  },
  // What happens to block types as a whole: add, remove, rename, split, merge.
  blocks: {
    // add: { video: placeholder('Video', { type: 'object' }) }, // or hide(…): older clients don't see it at all
    // rename: { slider: 'carousel' },
  },
`;
}

function quoted(text: string): string {
  return `'${text.replace(/\s+/g, ' ').replace(/[\\']/g, '\\$&')}'`;
}

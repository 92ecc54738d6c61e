import type { LogEvent, PalimpsestClient, Schemas } from '../../client/dist/index.js';

/** The content of the shipped ladder at schema version 4, as openapi-typescript makes it of `GET /schema/4`. */
export interface Content {
  document: { title: string; body?: string };
  page: { title: string; blocks?: { _type: string; _id: string }[] };
}

/** What the tour has seen. */
export interface Seen {
  readonly conflict: Schemas['VersionConflictProblem'] | undefined;
  readonly first: string | undefined;
  readonly versions: readonly number[];
  readonly patch: Schemas['PatchOperation'][];
  readonly movedTo: string | null;
  readonly refused: string | undefined;
  readonly treeBefore: readonly string[];
  readonly oldBlocks: unknown;
  readonly newContent: unknown;
  readonly versionsOfSchema: number;
  readonly events: readonly LogEvent['type'][];
}

/**
 * The README's tour by curl, step by step, without a cast: what it compiles to is what somebody's own program would be.
 * `old` is a client of a release that was written for schema version 1.
 */
export async function takeTour(
  api: PalimpsestClient<Content>,
  old: PalimpsestClient,
  run: string,
): Promise<Seen> {
  const created = await api.POST('/pages', {
    body: { type: 'document', slug: `tour-${run}`, content: { title: 'Hello', body: 'First words.' } },
  });
  if (!created.data) throw new Error(created.error.detail);
  const { id } = created.data;
  const ofPage = { path: { id } };

  const body = { title: 'Hello', body: 'Better words.' };
  const saved = await api.PUT('/pages/{id}/content', {
    params: { ...ofPage, header: { Comment: 'better' } },
    onto: created.data,
    body,
  });
  if (!saved.data) throw new Error('it was not saved');
  const late = await api.PUT('/pages/{id}/content', {
    params: ofPage,
    onto: created.data,
    body: { ...body, body: 'Too late.' },
  });

  const patched = await api.PATCH('/pages/{id}/content', {
    params: ofPage,
    onto: saved.data,
    body: { body: 'Patched words.' },
  });
  if (!patched.data) throw new Error('it was not patched');
  const versions = await api.GET('/pages/{id}/versions', { params: ofPage });
  const first = await api.GET('/pages/{id}', { params: { ...ofPage, query: { version: 1 } } });
  const diff = await api.GET('/pages/{id}/diff', { params: { ...ofPage, query: { from: 1, to: 3 } } });

  const restored = await api.POST('/pages/{id}/restore', {
    params: ofPage,
    onto: patched.data,
    body: { version: 1 },
  });
  if (!restored.data) throw new Error('it was not restored');
  await api.POST('/pages/{id}/publish', { params: ofPage });
  const moved = await api.POST('/pages/{id}/move', {
    params: ofPage,
    onto: restored.data,
    body: { slug: `welcome-${run}` },
  });
  const found = await api.GET('/paths/{path}', { params: { path: { path: `tour-${run}` } } });
  await api.DELETE('/pages/{id}', { params: ofPage, onto: moved.data ?? 4 });
  const gone = await api.GET('/pages/{id}', { params: ofPage });
  await api.POST('/pages/{id}/undelete', { params: ofPage });

  const two = await api.POST('/pages', {
    body: {
      type: 'page',
      slug: `two-${run}`,
      content: {
        title: 'Tour',
        blocks: [
          { _type: 'image', _id: 'i', url: 'a.png' },
          { _type: 'video', _id: 'v', url: 'b.mp4' },
        ],
      },
    },
  });
  if (!two.data) throw new Error(two.error.detail);
  const ofTwo = { path: { id: two.data.id } };
  const seenByOld = await old.GET('/pages/{id}/content', { params: ofTwo });
  if (!seenByOld.data) throw new Error('an old client does not see it');
  const { blocks } = seenByOld.data;
  await old.PUT('/pages/{id}/content', {
    params: ofTwo,
    onto: seenByOld.data,
    body: { title: 'A tour', blocks },
  });
  const both = await api.GET('/pages/{id}/content', { params: ofTwo });
  const schema = await api.GET('/schema');

  const tree = await api.GET('/tree', { params: { query: { asOf: '2' } } });
  const events: LogEvent['type'][] = [];
  for await (const event of api.events({ page: id })) {
    events.push(event.type);
    if (event.type === 'PageUndeleted') break;
  }
  return {
    conflict: late.conflict,
    first: first.data && api.is(first.data, 'document') ? first.data.content.body : undefined,
    versions: versions.data?.items.map(({ version }) => version) ?? [],
    patch: diff.data ?? [],
    movedTo: found.data?.path ?? null,
    refused: gone.error?.code,
    treeBefore: tree.data?.items.map(({ title }) => title ?? '') ?? [],
    oldBlocks: blocks,
    newContent: both.data,
    versionsOfSchema: schema.data?.versions.length ?? 0,
    events,
  };
}

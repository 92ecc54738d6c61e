import type { Conflict, LogEvent, PalimpsestClient, Schemas } from '../../client/dist/index.js';
import type { Content } from './tour.js';

/** What the compiler has to know, and to refuse, of the client: this file is compiled and never run. */
type IsAny<A> = 0 extends 1 & A ? true : false;
type Same<A, B> = [IsAny<A>, A, B] extends [false, B, A] ? true : ['not the same', A, B];
function same<A, B>(_: Same<A, B>): void {
  // It is the compiler that looks at it.
}

export async function problemsAreNarrowedByTheirCode(api: PalimpsestClient): Promise<unknown> {
  const { data, error, conflict } = await api.POST('/pages', { body: { type: 'document', content: {} } });
  same<typeof conflict, undefined>(true);
  if (!error) {
    same<typeof data, Schemas['Envelope']>(true);
    return data;
  }
  // @ts-expect-error: not every problem has it
  if (error.page) return conflict;
  if (error.code === 'path-taken') same<typeof error.page, string>(true);
  if (error.code === 'content-invalid') same<typeof error.errors, Schemas['ContentFault'][]>(true);
  // @ts-expect-error: a creation is never refused for that
  return error.code === 'page-not-deleted';
}

export async function conflictsAreValues(api: PalimpsestClient, id: string): Promise<void> {
  const params = { path: { id } };
  const { data, error, conflict } = await api.PUT('/pages/{id}/content', { params, body: {}, onto: 1 });
  if (data) same<typeof data, Schemas['Envelope']>(true);
  else if (conflict) same<typeof conflict, Conflict>(true);
  // @ts-expect-error: the conflict is not among the errors
  else if (error.code === 'version-conflict') return;
  if (conflict) same<typeof conflict.current.contentVersion, number>(true);
}

export async function requestsAreChecked(api: PalimpsestClient): Promise<void> {
  // @ts-expect-error: there is no such route
  await api.GET('/nothing');
  // @ts-expect-error: the id is missing
  await api.GET('/pages/{id}');
  // @ts-expect-error: the version is missing
  await api.POST('/pages/{id}/restore', { params: { path: { id: '' } }, body: {} });
  // @ts-expect-error: a path can't be written to
  await api.PUT('/paths/{path}', { params: { path: { path: '' } } });
}

export async function contentIsNarrowedByItsType(api: PalimpsestClient<Content>, id: string): Promise<void> {
  const { data } = await api.GET('/pages/{id}', { params: { path: { id } } });
  if (!data) return;
  same<typeof data.content, Record<string, unknown>>(true);
  if (api.is(data, 'document')) same<typeof data.content.title, string>(true);
  if (api.is(data, 'page')) same<NonNullable<typeof data.content.blocks>[number]['_id'], string>(true);
  // @ts-expect-error: there is no such type
  api.is(data, 'nothing');
}

export function eventsAreNarrowedByTheirType(event: LogEvent): void {
  if (event.type === 'PageMoved') same<typeof event.data.slug, string>(true);
  // @ts-expect-error: nothing of that kind happens
  if (event.type === 'PageRead') return;
}

import type { Body } from '../../support/body.js';
import { publish } from '../../support/access.js';
import {
  makeWorld,
  marks,
  marksOf,
  prying,
  type PageName,
  type Prying,
  type World,
} from '../../support/hidden.js';
import { createPage, onTop, write } from '../../support/pages.js';
import { useServer } from '../../support/server.js';

const server = useServer();

let world: World;
let everybody: readonly Prying[];

beforeAll(async () => {
  world = await makeWorld(server);
  // Who is let in at all.
  everybody = (await prying(server)).filter(({ name }) => name !== 'nobody' && name !== 'metrics');
});

/** All of a list, piece by piece. */
async function inPieces({ asked }: Prying, path: string): Promise<readonly Body[]> {
  const items: Body[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { json } = await asked.get(`${path}&limit=1${cursor && `&cursor=${cursor}`}`);
    items.push(...json.items);
    cursor = json.next;
  }
  return items;
}

describe('What somebody is told of a part is whole', () => {
  it('in pieces as at once, in whatever order', async () => {
    const wrong: string[] = [];
    const sorts = [
      '',
      '&sort=order',
      '&sort=-order',
      '&sort=title',
      '&sort=-updated',
      '&sort=created',
      '&sort=published',
    ];
    const paths = [
      ...sorts.map((sort) => `/pages?count=false${sort}`),
      '/pages?deleted=true',
      `/pages?parent=${world.ids.inner}&sort=title`,
      '/events?after=0',
    ];
    await Promise.all(
      everybody.map(async (who) => {
        for (const path of paths) {
          const { json } = await who.asked.get(`${path}&limit=500`);
          const pieces = await inPieces(who, path);
          if (JSON.stringify(pieces) !== JSON.stringify(json.items))
            wrong.push(`${who.name}: ${path} has ${json.items.length} items, and ${pieces.length} in pieces`);
        }
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('as it is counted, now and then', async () => {
    const wrong: string[] = [];
    const { ids, moments } = world;
    const filters = [
      '',
      '&deleted=true',
      '&status=draft',
      '&parent=null',
      `&ids=${Object.values(ids).join()}`,
    ].concat(Object.values(ids).map((id) => `&parent=${id}`));
    await Promise.all(
      everybody.map(async (who) => {
        for (const filter of filters)
          for (const asOf of ['', ...moments.map((moment) => `&asOf=${moment}`)]) {
            const { status, json } = await who.asked.get(`/pages?limit=500&count=true${filter}${asOf}`);
            if (status === 200 && json['count'] !== json.items.length)
              wrong.push(
                `${who.name}: ${filter}${asOf} has ${json.items.length}, and counts ${String(json['count'])}`,
              );
          }
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('in the tree as in lists, with as many children as there are', async () => {
    const wrong: string[] = [];
    const check = (who: Prying, query: string, nodes: readonly Body[]): readonly string[] =>
      nodes.flatMap(({ id, path, children, ...node }) => {
        if (node['childCount'] !== children.length)
          wrong.push(
            `${who.name}: ${path ?? ''}${query} has ${children.length} children of ${String(node['childCount'])}`,
          );
        return [id, ...check(who, query, children)];
      });
    await Promise.all(
      everybody.map(async (who) => {
        for (const query of ['', ...world.moments.map((moment) => `?asOf=${moment}`)]) {
          const { status, json } = await who.asked.get(`/tree${query}`);
          if (status !== 200) continue;
          const nodes = check(who, query, json.items);
          const { json: list } = await who.asked.get(`/pages?limit=500&${query.slice(1)}`);
          const { status: ofAssets, json: assets } = await who.asked.get(
            `/assets?limit=500&${query.slice(1)}`,
          );
          const listed = [...list.items, ...(ofAssets === 200 ? assets.items : [])];
          const placed = listed.filter(({ path }) => path !== null).map(({ id }) => id);
          const isSame = JSON.stringify([...nodes].sort()) === JSON.stringify(placed.sort());
          if (!isSame)
            wrong.push(
              `${who.name}: the tree${query} has ${nodes.length} pages, lists have ${placed.length}`,
            );
        }
      }),
    );
    expect(wrong).toEqual([]);
  });
});

describe('Tags', () => {
  const seenBy = ({ hidden }: Prying): readonly string[] =>
    (Object.keys(marksOf) as PageName[])
      .filter((name) => marksOf[name].every((mark) => !hidden.includes(mark)))
      .map((name) => world.ids[name]);

  async function tagsOf(who: Prying): Promise<readonly string[]> {
    const paths = ['/pages?limit=500', '/pages?limit=500&sort=title&fields=/title', '/tree'].concat(
      seenBy(who).flatMap((id) => [`/pages/${id}`, `/pages/${id}?with=ancestors`, `/pages/${id}/content`]),
    );
    const answers = await Promise.all(paths.map((path) => who.asked.get(path)));
    return answers.map(({ headers }, index) => `${paths[index] ?? ''} ${headers.get('etag') ?? ''}`);
  }

  it('stay the same whatever happens to what is hidden', async () => {
    const { changed, draft, foreign, guarded } = world.ids;
    const anchored = everybody.filter(({ name }) => name.includes(' at ') && !name.startsWith('render, '));
    const before = await Promise.all(anchored.map(tagsOf));
    await publish(server, draft);
    await publish(server, changed);
    await write(server, 'DELETE', `/pages/${guarded}/protection`);
    await write(server, 'POST', `/pages/${foreign}/move`, { headers: onTop(1), body: { slug: marks.draft } });
    await createPage(server, { slug: 'xnewx', parent: foreign });
    await createPage(server);
    await write(server, 'DELETE', `/pages/${draft}`, { headers: onTop(1) });
    expect(await Promise.all(anchored.map(tagsOf))).toEqual(before);
  });

  it('stay the same for the editors of a section whatever happens to the page above it', async () => {
    const { ours } = world.ids;
    const editors = everybody.filter(({ name }) => /^(?:editor|publisher|admin) at .ours.inner/.test(name));
    expect(editors).toHaveLength(3);
    const before = await Promise.all(editors.map(tagsOf));
    await write(server, 'PUT', `/pages/${ours}/content`, { headers: onTop(1), body: { title: 'else' } });
    await publish(server, ours);
    await write(server, 'POST', `/pages/${ours}/unpublish`);
    expect(await Promise.all(editors.map(tagsOf))).toEqual(before);
    await publish(server, ours);
    expect(await Promise.all(editors.map(tagsOf))).toEqual(before);
  });
});

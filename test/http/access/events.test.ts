import { asking, issue, makeSection, makeShown, move, type Asking } from '../../support/access.js';
import { write } from '../../support/pages.js';
import { useServer } from '../../support/server.js';

const server = useServer();

/** What is told after something was done. */
async function toldOf(asked: Asking, act: () => Promise<unknown>, query = ''): Promise<readonly unknown[]> {
  const after = (await asked.get('/me')).headers.get('position');
  await act();
  return (await asked.get(`/events?after=${after}&limit=500${query}`)).json.items;
}

describe('Readers of a part', () => {
  it('hear of what the pages above it do to its paths', async () => {
    const { path, root } = await makeSection(server);
    await write(server, 'POST', `/pages/${root}/publish`);
    const part = await makeShown(server, 'part', root);
    const leaf = await makeShown(server, 'leaf', part);
    const { secret } = await issue(server, { role: 'render', path: `${path}/part` });
    const reader = asking(server, secret);

    const renamed = await toldOf(reader, () => move(server, root, { slug: 'renamed' }));
    expect(renamed).toMatchObject([
      { kind: 'changed', page: part, path: '/renamed/part', formerPath: `${path}/part` },
      { kind: 'changed', page: leaf, path: '/renamed/part/leaf', formerPath: `${path}/part/leaf` },
    ]);
    const hidden = await toldOf(reader, () => write(server, 'POST', `/pages/${root}/unpublish`));
    expect(hidden).toMatchObject([
      { kind: 'changed', page: part, path: null },
      { kind: 'changed', page: leaf, path: null },
    ]);
  });
});

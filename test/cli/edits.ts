import { createPage, onTop, save, speaks, write } from '../support/pages.js';
import type { Server } from '../support/server.js';
import { upload } from '../support/stored-files.js';
import { succeed } from './run.js';

/** A little of everything that can happen, so that no table of any projection is empty. Answers the pages' ids. */
export async function edit(server: Server): Promise<{ readonly folder: string; readonly page: string }> {
  const folder = await createPage(server, { type: 'folder', slug: 'guides', content: { title: 'Guides' } });
  const page = await createPage(server, {
    slug: 'first',
    parent: folder.id,
    content: { title: 'First', body: 'Hello' },
  });
  const gone = await createPage(server, { slug: 'gone' });
  await createPage(server, { content: { title: 'A chunk' } });
  await save(server, page.id, 1, { title: 'First', body: 'Hello, world' });
  const body = { title: 'Commented' };
  const headers = { ...onTop(2), comment: 'Said why' };
  await write(server, 'PUT', `/pages/${page.id}/content`, { headers, body });
  await write(server, 'POST', `/pages/${page.id}/publish`, { headers: speaks, body: { version: 2 } });
  const where = { parent: folder.id, slug: 'moved' };
  await write(server, 'POST', `/pages/${page.id}/move`, { headers: onTop(3), body: where });
  await write(server, 'POST', `/pages/${page.id}/restore`, { headers: onTop(3), body: { version: 1 } });
  await write(server, 'PUT', `/pages/${page.id}/labels/final`, { headers: speaks, body: { version: 2 } });
  await write(server, 'DELETE', `/pages/${gone.id}`, { headers: onTop(1) });
  await editByOldClient(server);
  await write(server, 'PUT', `/pages/${folder.id}/protection`);
  await upload(server, 'dot.bin', Buffer.from('dot'));
  const somebody = { issuer: 'https://login.example', subject: 'somebody' };
  await write(server, 'POST', '/people/block', { body: somebody });
  await succeed('migrations', 'sunset', '1', '--at', '2099-01-01', '--data', server.directory);
  return { folder: folder.id, page: page.id };
}

/** Saved by somebody who can't see all of it, so that newer clients see more than was sent. */
async function editByOldClient(server: Server): Promise<void> {
  const video = { _id: 'v', _type: 'video', url: 'https://example.org/v' };
  const content = { title: 'With a video', blocks: [video] };
  const { id } = await createPage(server, { type: 'page', content });
  const headers = { 'schema-version': '1', 'if-match': '"v1"' };
  const seen = await server.request('GET', `/pages/${id}/content`, { headers: { 'schema-version': '1' } });
  const body = { ...(JSON.parse(seen.text) as object), title: 'With something' };
  await write(server, 'PUT', `/pages/${id}/content`, { headers, body });
}

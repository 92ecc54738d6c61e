import { migration } from '../schema/migration.js';

/**
 * A picture that was uploaded here is named by its id: it is had by whoever sees the page, in any size, and stays where it is when
 * somebody calls it something else. An image on another server keeps its `url`.
 */
export default migration({
  title: 'An image may be an asset',
  types: { image: (type) => type.add('asset', { type: 'string', 'x-reference': 'asset' }) },
});

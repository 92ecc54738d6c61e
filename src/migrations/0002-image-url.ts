import { migration } from '../schema/migration.js';

/** `src` is what the browser calls it; an editor who pastes an address looks for `url`, as every other block says it. */
export default migration({
  title: 'The address of an image is called url',
  types: { image: (type) => type.rename({ src: 'url' }) },
});

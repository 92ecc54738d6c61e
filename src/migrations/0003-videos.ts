import { migration, placeholder } from '../schema/migration.js';

/**
 * An older client can't show a video, but its author should see that one is there, and may move it along with the text
 * around it: so it stands for itself instead of being hidden.
 */
export default migration({
  title: 'Pages can have videos',
  blocks: {
    add: {
      video: placeholder('Video', {
        type: 'object',
        properties: { url: { type: 'string' }, caption: { type: 'string' } },
      }),
    },
  },
});

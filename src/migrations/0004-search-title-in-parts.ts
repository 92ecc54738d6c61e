import { migration } from '../schema/migration.js';

/**
 * Authors write "Opening hours | City Library" into one field, and the site's name by hand on every page. In parts,
 * the page's own title can be checked for its length, and the site's name be given by the site.
 */
export default migration({
  title: 'The title in search results is in two parts: the page and the site',
  types: {
    page: (type) =>
      type.in('seo', (seo) => seo.split('title', { into: ['pageTitle', 'siteName'], at: ' | ' })),
  },
});

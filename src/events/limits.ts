/** What texts may be, whichever way they come in: by a request, from a git history or in an exported log. */

/** One segment of a path: anything but a slash, control characters and halves of surrogate pairs, and not `.` or `..`. */
export const slugPattern = /^(?!\.{1,2}$)[^/\u0000-\u001f\u007f\p{Cs}]{1,255}$/u; // eslint-disable-line no-control-regex -- they are what is excluded

/** The same in words. */
export const slugRule = '1 to 255 characters without "/" and control characters, and not "." or ".."';

/** The last segment of a page's path: `slugPattern`, or empty for the page at `/`, which is at the top level. */
export const placeSlugPattern = new RegExp(`^$|${slugPattern.source}`, 'u');

/** Half a surrogate pair has no UTF-8: what is kept would not be what was sent, and hashed. */
export const wellFormed = /^\P{Cs}*$/u;

/** Characters of a comment, but for the message of an imported commit. */
export const commentLimit = 2000;
/** Characters of a page's type. */
export const pageTypeLimit = 100;
/** Characters of a token's name. */
export const tokenNameLimit = 200;

/** Of an issuer's address. */
export const issuerLimit = 500;
/** Of what an issuer calls a person or a group, and says of a person's name and address. */
export const personTextLimit = 500;
/** Groups of one person that are listened to. */
export const groupsLimit = 1000;

/** Characters of an author's name: those of other systems have the names they have. */
export const authorNameLimit = 10_000;

/** Of a document's text, in UTF-8. */
export const documentLimitBytes = 10 * 1024 * 1024;

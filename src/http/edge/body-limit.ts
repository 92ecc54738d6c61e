/** The largest body of a request. */
export const bodyLimitBytes = 10 * 1024 * 1024;

/** The longest head of one, which holds the ids of a whole list (`GET /pages?ids=`). */
export const headLimitBytes = 32 * 1024;

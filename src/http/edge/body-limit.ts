/** The largest body of a request. */
export const bodyLimitBytes = 10 * 1024 * 1024;

/** Given to servers by `palimpsest run`. */
export const supervisedFlag = '--supervised';

/** Not any longer when the supervisor is gone. */
export function isSupervised(): boolean {
  return process.argv.includes(supervisedFlag) && process.connected;
}

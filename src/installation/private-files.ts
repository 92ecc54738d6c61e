/** For the owner alone: there are drafts, hashes of tokens and secrets in what this program writes. */
const privateUmask = 0o077;

let usersUmask = privateUmask;

/** For the first line of the program: what is made from here on is readable by its owner alone. */
export function makeFilesPrivate(): void {
  usersUmask = process.umask(privateUmask);
}

/** For verbs that write sources, which teams share: what is made from here on is as the user has it. */
export function makeFilesAsTheUserDoes(): void {
  process.umask(usersUmask);
}

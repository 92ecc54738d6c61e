/** What an upload goes through, in order: told before each is taken. `sync`: of the bytes; `name`: of the directory that the name is in. */
export const uploadSteps = ['arrive', 'sync', 'rename', 'name', 'event', 'answer'] as const;

export type UploadStep = (typeof uploadSteps)[number];

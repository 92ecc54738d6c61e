/** What an upload goes through, in order: told before each is taken. `sync` is of the bytes, `name` of the directory of the name. */
export const uploadSteps = [
  'upload-arrive',
  'upload-sync',
  'upload-rename',
  'upload-name',
  'upload-event',
  'upload-answer',
] as const;

export type UploadStep = (typeof uploadSteps)[number];

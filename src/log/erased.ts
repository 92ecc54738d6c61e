import { Refusal } from '../refusal.js';

/** Content as the log has it. @throws Refusal `purged` where it was erased */
export function requireContent(content: string | null | undefined): string {
  if (typeof content === 'string') return content;
  throw new Refusal('purged', 'the content of this version was erased: other versions are as they were');
}

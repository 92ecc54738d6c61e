/** An honest client: it saves, patches, moves, publishes and reads pages of its own, and knows what it has to see. */
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { ask, type Asked, type Told } from './ask.js';
import type { Findings } from './findings.js';
import { publicationMark, type Attempt, type Notebook } from './notebook.js';
import type { Random } from './random.js';

export interface Surroundings {
  /** Where the server listens; 0 while it does not. */
  readonly port: () => number;
  readonly findings: Findings;
  readonly notebook: Notebook;
  readonly ending: AbortSignal;
}

interface Page {
  readonly id: string;
  version: number;
  slug: string;
  text: string;
  published: { readonly version: number; readonly text: string } | undefined;
}

const pagesOfOne = 3;
const betweenMs = 25;
const againMs = 100;

export class Editor {
  private readonly pages: Page[] = [];
  private marks = 0;

  constructor(
    private readonly name: string,
    private readonly around: Surroundings,
    private readonly random: Random,
    private readonly tokens: { readonly publisher: string; readonly render: string },
    private readonly schemaVersion: number,
  ) {}

  /** Until the end is told. */
  async live(): Promise<void> {
    while (!this.around.ending.aborted) {
      await this.turn();
      await wait(betweenMs);
    }
  }

  /** The page that others may watch; undefined before it is there. */
  get watched(): string | undefined {
    return this.pages[0]?.id;
  }

  private turn(): Promise<void> {
    if (this.pages.length < pagesOfOne) return this.create();
    const page = this.random.pick(this.pages);
    const dice = this.random.fraction();
    if (dice < 0.3) return this.save(page);
    if (dice < 0.4) return this.patch(page);
    if (dice < 0.46) return this.batch();
    if (dice < 0.52) return this.move(page);
    if (dice < 0.6) return this.publish(page);
    return this.read(page);
  }

  private async create(): Promise<void> {
    const mark = this.mark();
    const number = this.pages.length;
    const id = `00000000-0000-4000-8000-${this.random
      .between(0, 2 ** 47)
      .toString(16)
      .padStart(12, '0')}`;
    const page: Page = { id, version: 1, slug: mark, text: this.document(mark), published: undefined };
    const body = `{"type":"document","id":"${id}","slug":"${mark}","content":${page.text}}`;
    const attempt: Attempt = { page: id, type: 'PageCreated', mark, content: page.text };
    if ((await this.write([attempt], 'POST', '/pages', {}, body)) && number === this.pages.length)
      this.pages.push(page);
  }

  private async save(page: Page): Promise<void> {
    const mark = this.mark();
    const text = this.document(mark);
    const attempt: Attempt = { page: page.id, type: 'PageSaved', mark, content: text };
    const saved = await this.write(
      [attempt],
      'PUT',
      `/pages/${page.id}/content`,
      { 'if-match': `"v${page.version}"` },
      text,
    );
    if (saved) this.isNow(page, text);
  }

  private async patch(page: Page): Promise<void> {
    const mark = this.mark();
    const text = JSON.stringify({ ...(JSON.parse(page.text) as object), title: mark });
    const attempt: Attempt = { page: page.id, type: 'PageSaved', mark, content: text };
    const headers = {
      'if-match': `"v${page.version}"`,
      'content-type': 'application/merge-patch+json',
    };
    const body = JSON.stringify({ title: mark });
    if (await this.write([attempt], 'PATCH', `/pages/${page.id}/content`, headers, body))
      this.isNow(page, text);
  }

  /** Two pages at once, or neither. */
  private async batch(): Promise<void> {
    const saves = this.pages.slice(0, 2).map((page) => {
      const mark = this.mark();
      return { page, mark, text: this.document(mark) };
    });
    const commands = saves.map(
      ({ page, text }) =>
        `{"method":"PUT","path":"/pages/${page.id}/content","headers":{"If-Match":"\\"v${page.version}\\""},"body":${text}}`,
    );
    const attempts = saves.map(({ page, mark, text }): Attempt => ({
      page: page.id,
      type: 'PageSaved',
      mark,
      content: text,
    }));
    if (!(await this.write(attempts, 'POST', '/batch', {}, `{"commands":[${commands.join(',')}]}`))) return;
    for (const { page, text } of saves) this.isNow(page, text);
  }

  private async move(page: Page): Promise<void> {
    const mark = this.mark();
    const attempt: Attempt = { page: page.id, type: 'PageMoved', mark };
    const headers = { 'if-match': `"v${page.version}"` };
    const body = `{"slug":"${mark}"}`;
    if (await this.write([attempt], 'POST', `/pages/${page.id}/move`, headers, body)) page.slug = mark;
  }

  private async publish(page: Page): Promise<void> {
    if (page.published?.version === page.version) return;
    const mark = publicationMark(page.id, page.version);
    const attempt: Attempt = { page: page.id, type: 'PagePublished', mark };
    const body = `{"version":${page.version}}`;
    if (await this.write([attempt], 'POST', `/pages/${page.id}/publish`, {}, body))
      page.published = { version: page.version, text: page.text };
  }

  private async read(page: Page): Promise<void> {
    const { publisher, render } = this.tokens;
    const dice = this.random.between(0, 5);
    const content = `/pages/${page.id}/content`;
    if (dice === 0 && page.published) await this.see(content, render, page.published.text);
    else if (dice === 1) await this.see(`/paths/${page.slug}`, publisher, page.id, 'within');
    else if (dice === 2) await this.see(`/pages/${page.id}/versions?limit=5`, publisher, `"v`, 'anything');
    else if (dice === 3) await this.see(`/pages?limit=20`, publisher, '', 'anything');
    else await this.see(content, publisher, page.text);
  }

  private async see(
    path: string,
    token: string,
    expected: string,
    how: 'whole' | 'within' | 'anything' = 'whole',
  ): Promise<void> {
    const told = await this.untilAnswered({ method: 'GET', path, token, headers: this.speaks() }, 'read');
    if (!told) return;
    this.around.findings.count('honest reads');
    const { status, text } = told;
    const isRight = how === 'whole' ? text === expected : how === 'within' ? text.includes(expected) : true;
    if (status !== 200 || !isRight)
      this.around.findings.violation(
        `${this.name} read ${path}, answered ${status}: ${text.slice(0, 300)}; expected ${expected.slice(0, 100)}`,
      );
  }

  /** Whether it was acknowledged, which is noted. What nobody has answered is asked again with the same key. */
  private async write(
    attempts: readonly Attempt[],
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ): Promise<boolean> {
    for (const attempt of attempts) this.around.notebook.note(attempt);
    const key = attempts[0]?.mark ?? '';
    const asked: Asked = {
      method,
      path,
      body,
      token: this.tokens.publisher,
      headers: { ...this.speaks(), 'idempotency-key': key, ...headers },
    };
    const told = await this.untilAnswered(asked, 'write');
    if (!told) return false;
    if (told.status !== 200 && told.status !== 201) {
      this.around.findings.violation(
        `${this.name} asked ${method} ${path} (${key}), answered ${told.status}: ${told.text.slice(0, 500)}`,
      );
      return false;
    }
    this.around.findings.count('honest writes');
    for (const [index, attempt] of attempts.entries())
      attempt.position = told.position - (attempts.length - 1 - index);
    return true;
  }

  /** Of what is refused for now, or broken off, nobody knows the end: it is asked again. Undefined when all is over. */
  private async untilAnswered(asked: Asked, kind: 'read' | 'write'): Promise<Told | undefined> {
    const { findings, ending, port } = this.around;
    for (;;) {
      const sinceMs = performance.now();
      try {
        const told = await ask(port(), asked);
        const what = `${this.name}: ${asked.method} ${asked.path} (${told.text.slice(0, 300)})`;
        findings.answered(told.status, sinceMs, what);
        if (told.status < 500 && told.status !== 429) {
          if (!findings.metFault(sinceMs)) findings.waitedMs[kind].push(performance.now() - sinceMs);
          return told;
        }
        findings.count('honest requests refused for now');
      } catch (error) {
        findings.broken(error);
        findings.count('honest requests broken off');
      }
      if (ending.aborted) return undefined;
      await wait(againMs);
    }
  }

  private isNow(page: Page, text: string): void {
    page.version += 1;
    page.text = text;
  }

  private speaks(): Readonly<Record<string, string>> {
    return { 'schema-version': String(this.schemaVersion) };
  }

  private mark(): string {
    return `m-${this.name}-${++this.marks}`;
  }

  /** With that mark and no other. */
  private document(mark: string): string {
    const body = 'Words of a page. '.repeat(this.random.between(1, 200));
    return JSON.stringify({ title: mark, body });
  }
}

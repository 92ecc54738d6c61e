/**
 * Honest clients, hostile clients, kills and disk faults at once, on one server; and whether it keeps what it promised:
 * what was acknowledged is in the log, nothing else is, and `verify` finds everything whole.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ask } from './ask.js';
import { attack } from './attacker.js';
import { buildDiskFaults, faultKinds, type DiskFaults } from './disk-faults.js';
import { Editor, type Surroundings } from './editor.js';
import { Findings } from './findings.js';
import { Follower } from './follower.js';
import { Notebook } from './notebook.js';
import { randomOf, type Random } from './random.js';
import { adminToken, Victim } from './victim.js';

export interface Torture {
  readonly seed: number;
  readonly minutes: number;
  /** The built program. */
  readonly dist: string;
  /** `disk-faults.c` */
  readonly faultSource: string;
  readonly tell: (line: string) => void;
}

export interface Outcome {
  readonly findings: Findings;
  readonly peakMib: number;
}

const editors = 4;
const attackers = 2;
const memoryEveryMs = 250;

/** @throws Error when it can't even begin */
export async function torture({ seed, minutes, dist, faultSource, tell }: Torture): Promise<Outcome> {
  const random = randomOf(seed);
  const findings = new Findings();
  const notebook = new Notebook(findings);
  const workshop = await mkdtemp(join(tmpdir(), 'palimpsest-torture-'));
  const faults = buildDiskFaults(faultSource, workshop);
  if (typeof faults === 'string') tell(faults);
  const env = typeof faults === 'string' ? {} : faults.env;
  const victim = new Victim(dist, join(workshop, 'data'), env, (how) => {
    // With a disk that fails a server may give up; without one it may not.
    if (findings.metFault(performance.now())) findings.count('ends of its own in a disk fault');
    else findings.violation(`the server ended by itself: ${how}`);
  });
  const memory = setInterval(() => {
    victim.lookAtMemory();
  }, memoryEveryMs);
  const ending = new AbortController();
  const around: Surroundings = { port: () => victim.port, findings, notebook, ending: ending.signal };
  try {
    await victim.start();
    const followers: Follower[] = [];
    const living = await people(around, random, victim, followers);
    await weather(Date.now() + minutes * 60_000, { victim, notebook, findings, faults, random, tell });
    ending.abort();
    await Promise.all(living);
    await lastLook({ victim, notebook, findings, followers });
    return { findings, peakMib: victim.peakMib };
  } finally {
    ending.abort();
    clearInterval(memory);
    await victim.end('SIGKILL');
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Everybody who asks for something, at it until the end. */
async function people(
  around: Surroundings,
  random: Random,
  victim: Victim,
  followers: Follower[],
): Promise<readonly Promise<void>[]> {
  const publisher = await tokenOf(victim, 'publisher');
  const render = await tokenOf(victim, 'render');
  const hostile = [await tokenOf(victim, 'editor'), await tokenOf(victim, 'publisher')];
  const honest = Array.from(
    { length: editors },
    (_, index) =>
      new Editor(
        `e${index}`,
        around,
        random.named(`editor ${index}`),
        { publisher, render },
        1 + (index % 4),
      ),
  );
  followers.push(...honest.map((editor) => new Follower(around, publisher, () => editor.watched)));
  const watched = (): readonly string[] => honest.flatMap(({ watched }) => watched ?? []);
  return [
    ...honest.map((editor) => editor.live()),
    ...followers.map((follower) => follower.live()),
    ...Array.from({ length: attackers }, (_, index) =>
      attack(around, random.named(`attacker ${index}`), hostile[index] ?? '', watched),
    ),
  ];
}

interface Scene {
  readonly victim: Victim;
  readonly notebook: Notebook;
  readonly findings: Findings;
  readonly faults: DiskFaults | string;
  readonly random: Random;
  readonly tell: (line: string) => void;
}

/** Kills and disk faults, until the time is over; looked at after each kill. */
async function weather(untilMs: number, scene: Scene): Promise<void> {
  const { victim, findings, faults, random, tell } = scene;
  const dice = random.named('weather');
  while (Date.now() < untilMs) {
    await wait(Math.min(dice.between(1000, 12_000), untilMs - Date.now()));
    const kind = dice.pick(faultKinds);
    const isFault = dice.fraction() < 0.45 && typeof faults !== 'string';
    const faultMs = dice.between(300, 4000);
    const killedMeanwhile = dice.fraction() < 0.3;
    if (isFault) {
      findings.faultBegins();
      faults.begin(kind);
      await wait(faultMs);
    }
    if (!isFault || killedMeanwhile || !victim.isAlive) {
      findings.count('kills');
      await victim.end('SIGKILL');
    }
    if (isFault) {
      faults.end();
      findings.faultEnds();
    }
    if (!victim.isAlive) await riseAgain(scene);
    for (const violation of findings.violations.slice(0, 3)) tell(`so far: ${violation}`);
  }
}

async function riseAgain({
  victim,
  notebook,
  findings,
}: Pick<Scene, 'victim' | 'notebook' | 'findings'>): Promise<void> {
  const wrong = await victim.faultsOfVerify();
  if (wrong !== undefined) findings.violation(`after a kill ${wrong}`);
  await victim.start();
  await notebook.audit(victim.port);
}

/** When nobody asks for anything any more. */
async function lastLook({
  victim,
  notebook,
  findings,
  followers,
}: Pick<Scene, 'victim' | 'notebook' | 'findings'> & { followers: readonly Follower[] }): Promise<void> {
  if (!victim.isAlive) await victim.start();
  await notebook.audit(victim.port);
  const code = await victim.end('SIGTERM');
  if (code !== 0) findings.violation(`asked to end, the server ended with ${String(code)}`);
  const wrong = await victim.faultsOfVerify();
  if (wrong !== undefined) findings.violation(`at the end ${wrong}`);
  for (const { followed, streamVersion } of followers) {
    const known = notebook.acknowledged.filter(({ page }) => page === followed).length;
    // What came in its last moments may not have been on its way yet.
    if (streamVersion < known - 50)
      findings.violation(`a stream of ${followed ?? ''} brought ${streamVersion} of ${known} events`);
  }
}

/** @throws Error when it is refused */
async function tokenOf(victim: Victim, role: string): Promise<string> {
  const body = JSON.stringify({ role });
  const { status, text } = await ask(victim.port, {
    method: 'POST',
    path: '/tokens',
    token: adminToken,
    body,
  });
  if (status !== 201) throw new Error(`POST /tokens was answered ${status}: ${text}`);
  return (JSON.parse(text) as { secret: string }).secret;
}

// The note in /run of what this process holds, for the one after it in case this one is killed: written after the turn in
// which something has changed, so that no advert waits for it, and gone when nothing is held any more. A note that can't be
// read or written is told of and keeps nobody from serving. It decides nothing about the addresses.

import { readFileSync, readlinkSync } from 'node:fs';
import { familyOf, type Family } from '../address.js';
import { now } from '../linux/clock.js';
import type { Config } from '../config/model.js';
import { after, between, inMilliseconds, seconds, sum, times, type Instant } from '../time.js';
import type { Effect, LogLevel } from '../vrrp/effect.js';
import type { Input } from '../vrrp/input.js';
import type { Instance } from '../vrrp/instance.js';
import { findingsOf, leftOf, noteInstance, type Behaviours, type Findings, type Left } from '../vrrp/note.js';
import type { Router } from '../vrrp/router.js';
import type { Step } from '../vrrp/step.js';
import type { Witness } from './loop.js';
import { NoteFile, UntrustedFile } from './note-file.js';
import {
  decodeNote,
  fingerprintsOf,
  firstLine,
  instanceLine,
  NoteHead,
  TIME_LINE_OCTETS,
  timeLine,
  type Origin,
} from './note-text.js';

export const CRASH_NOTE = '/run/vrrpd/state';

/** Writing it whole takes one part in so many of the time, at most. */
const SPACING = 10;
const RETRY = seconds(1);
/** Instances that are written in one turn. */
const PART = 50;
const NEVER = 0 as Instant;
const NOTHING = Buffer.alloc(0);
/** Nothing that a note has changes with these. */
const QUIET_INPUTS: readonly Input['kind'][] = ['tick', 'packet', 'link', 'claim', 'connections-reset', 'script-begun'];
const QUIET_EFFECTS: readonly Effect['kind'][] = [
  'send-advert',
  'send-garp',
  'send-na',
  'send-probe',
  'run-script',
  'reset-connections',
];

/** As the last process left it; undefined when there is none. Throws an Error that says why it is not believed. */
export function readCrashNote(file: NoteFile): ReturnType<typeof decodeNote> | undefined {
  const text = file.read();
  return text === undefined ? undefined : decodeNote(text, origin());
}

export class CrashNote implements Witness {
  readonly #file: NoteFile;
  readonly #router: Router;
  readonly #log: (level: LogLevel, text: string) => void;
  readonly #origin = origin();
  #marked: { readonly config: Config; readonly fingerprints: Behaviours } | undefined;
  /** What is in the file; empty when there is none. */
  #head: Buffer = NOTHING;
  #times: Buffer = NOTHING;
  /** Where in #times instances are, by placeName(): those that differ only in their unicast peers have the same. */
  readonly #places = new Map<string, { readonly instance: Instance; readonly at: number }[]>();
  /** What the checks had found out when it was written, by kind and name. */
  #findings: ReadonlyMap<string, string> = new Map();
  /** Something in the head may be another. */
  #isStale = false;
  /** The octets of #times that the file does not have yet. */
  #fresh: { from: number; to: number } | undefined;
  #isDue = false;
  /** Under way, over several turns; what it has cost so far. */
  #rewriting: Generator<void, void> | undefined;
  #cost = seconds(0);
  #notBefore = NEVER;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;

  constructor(path: string, { router, log }: { router: Router; log: (level: LogLevel, text: string) => void }) {
    this.#file = new NoteFile(path);
    this.#router = router;
    this.#log = log;
  }

  /** What the process before left for this one; a note that is not believed is none, and told of. */
  read(): Left | undefined {
    try {
      const read = readCrashNote(this.#file);
      if (read === 'foreign') throw new UntrustedFile('it is of another boot or another network namespace');
      return read && leftOf(read.note, { then: read.fingerprints, now: this.#fingerprints });
    } catch (error) {
      this.#log('warn', `What an earlier run noted in ${this.#file.path} is ignored: ${describe(error)}`);
      return undefined;
    }
  }

  seen({ input, effects, thrown }: Step): void {
    if (thrown !== undefined) return;
    for (const effect of effects)
      if (effect.kind === 'send-advert' && effect.advert.priority > 0)
        this.#spoke(placeName(effect.interface, effect.advert, familyOf(effect.header.source)));
    this.#isStale ||= this.#findsOtherwise(input) || effects.some((effect) => !isQuiet(effect));
    if (this.#isDue || (!this.#isStale && !this.#fresh)) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#write();
    });
  }

  /** What waits is written; the file stays as it is from now on. */
  close(): void {
    this.#notBefore = NEVER;
    this.#write();
    while (this.#rewriting) this.#advance(this.#rewriting);
    clearTimeout(this.#timer);
    this.#file.close();
  }

  #spoke(virtualRouter: string): void {
    for (const { instance, at } of this.#places.get(virtualRouter) ?? []) {
      this.#times.write(timeLine(instance.lastAdvertAt ?? NEVER), at, 'latin1');
      const { from, to } = this.#fresh ?? { from: at, to: at };
      this.#fresh = { from: Math.min(from, at), to: Math.max(to, at + TIME_LINE_OCTETS) };
    }
  }

  #findsOtherwise(input: Input): boolean {
    const { scripts, files, processes } = this.#router.surroundings;
    const differs = (key: string, tracker?: { readonly findings: object | undefined }): boolean =>
      JSON.stringify(tracker?.findings) !== this.#findings.get(key);
    switch (input.kind) {
      case 'script':
        return differs(`script ${input.script}`, scripts.get(input.script));
      case 'file':
        return differs(`file ${input.name}`, files.get(input.name));
      case 'process':
        return differs(`process ${input.name}`, processes.get(input.name));
      default:
        return !QUIET_INPUTS.includes(input.kind);
    }
  }

  #write(): void {
    const isTime = now() >= this.#notBefore;
    if (this.#isStale && isTime) this.#rewriting ??= this.#rewrite();
    if (this.#rewriting) this.#advance(this.#rewriting);
    else if (this.#fresh) this.#attempt(() => this.#patch());
    if (this.#isStale && !this.#rewriting) this.#writeAt(this.#notBefore);
  }

  #writeAt(at: Instant): void {
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined;
        this.#write();
      },
      inMilliseconds(between({ from: now(), to: at })),
    ).unref();
  }

  /** A part of it in this turn, the next one in the next. */
  #advance(rewriting: Generator<void, void>): void {
    const started = now();
    const isDone = this.#attempt(() => rewriting.next().done) ?? true;
    this.#cost = sum(this.#cost, between({ from: started, to: now() }));
    if (isDone) {
      this.#rewriting = undefined;
      this.#notBefore = later(this.#notBefore, after(now(), times(SPACING, this.#cost)));
      this.#cost = seconds(0);
    } else
      setImmediate(() => {
        if (this.#rewriting === rewriting) this.#write();
      });
  }

  *#rewrite(): Generator<void, void> {
    this.#isStale = false;
    const { surroundings, all } = this.#router;
    const context = { origin: this.#origin, fingerprints: this.#fingerprints };
    const findings = findingsOf(surroundings);
    const head = new NoteHead();
    head.add([firstLine({ resumes: surroundings.resumes, findings }, context)]);
    const held: Instance[] = [];
    let lines: string[] = [];
    for (const instance of all) {
      const noted = noteInstance(instance);
      if (noted === undefined) continue;
      held.push(instance);
      if (lines.push(instanceLine(noted, context)) < PART) continue;
      head.add(lines);
      lines = [];
      yield;
    }
    head.add(lines);
    this.#save({ head: held.length === 0 ? NOTHING : head.end(), held, findings });
  }

  #save({ head, held, findings }: Saved): void {
    const before = this.#head;
    this.#keep({ head, held, findings });
    if (held.length === 0) {
      // Also the one of the process before.
      this.#file.remove();
    } else if (head.equals(before)) this.#patch();
    else this.#file.replace(Buffer.concat([head, this.#times]));
    this.#fresh = undefined;
    this.#tellSuccess();
  }

  #keep({ head, held, findings }: Saved): void {
    this.#head = head;
    this.#times = Buffer.from(held.map(({ lastAdvertAt }) => timeLine(lastAdvertAt ?? NEVER)).join(''), 'latin1');
    this.#fresh = { from: 0, to: this.#times.length };
    this.#places.clear();
    for (const [index, instance] of held.entries()) {
      const { interface: dev, family } = instance.config;
      const name = placeName(dev, instance.config, family);
      this.#places.set(name, [...(this.#places.get(name) ?? []), { instance, at: index * TIME_LINE_OCTETS }]);
    }
    const found = (kind: string, things: readonly { readonly name: string }[]) =>
      things.map((thing) => [`${kind} ${thing.name}`, JSON.stringify(thing)] as const);
    const { scripts, files, processes } = findings;
    this.#findings = new Map([...found('script', scripts), ...found('file', files), ...found('process', processes)]);
  }

  #patch(): void {
    const { from, to } = this.#fresh ?? { from: 0, to: 0 };
    this.#file.patch(this.#times.subarray(from, to), this.#head.length + from);
    this.#fresh = undefined;
  }

  /** Told once until it succeeds again; then all of it is to be written anew. */
  #attempt<T>(action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      this.#head = NOTHING;
      this.#places.clear();
      this.#fresh = undefined;
      this.#isStale = true;
      this.#notBefore = after(now(), RETRY);
      this.#tellFailure(error);
      return undefined;
    }
  }

  #tellFailure(error: unknown): void {
    this.#failures += 1;
    if (this.#failures > 1) return;
    const loss = 'started again after a crash, vrrpd would not go on as MASTER';
    this.#log('warn', `What is held can not be noted in ${this.#file.path}: ${describe(error)}; ${loss}`);
  }

  #tellSuccess(): void {
    if (this.#failures > 0)
      this.#log('info', `${this.#file.path} is written again; ${this.#failures} writes had failed`);
    this.#failures = 0;
  }

  /** Of the running configuration; each is made when it is asked for. */
  get #fingerprints(): Behaviours {
    const { config } = this.#router;
    if (this.#marked?.config !== config) this.#marked = { config, fingerprints: fingerprintsOf(config) };
    return this.#marked.fingerprints;
  }
}

const later = (one: Instant, other: Instant): Instant => (one > other ? one : other);

interface Saved {
  readonly head: Buffer;
  /** In the order of their lines. */
  readonly held: readonly Instance[];
  readonly findings: Findings;
}

/** What a virtual router is known by on the wire. */
const placeName = (dev: string, { virtualRouterId }: { readonly virtualRouterId: number }, family: Family): string =>
  `${dev} ${virtualRouterId} ${family}`;

const isQuiet = (effect: Effect): boolean =>
  effect.kind === 'send-advert'
    ? effect.advert.priority > 0
    : effect.kind === 'log'
      ? effect.level === 'debug'
      : QUIET_EFFECTS.includes(effect.kind);

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** random(4): another one after each boot. namespaces(7): the link tells which network this process is in. */
const origin = (): Origin => ({
  boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  network: readlinkSync('/proc/self/ns/net'),
});

// The note in /run of what this process holds, for the one after it in case this one is killed: written after the turn in
// which something has changed, so that no advert waits for it, and gone when nothing is held any more. A note that can't be
// read or written is told of and keeps nobody from serving. It decides nothing about the addresses.

import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { now } from '../linux/clock.js';
import type { Config } from '../config/model.js';
import { after, between, inMilliseconds, seconds, times, type Duration, type Instant } from '../time.js';
import { behavioursOf } from '../vrrp/behaviour.js';
import type { Effect, LogLevel } from '../vrrp/effect.js';
import type { Input } from '../vrrp/input.js';
import type { Instance } from '../vrrp/instance.js';
import { leftOf, takeNote, type Behaviours, type Left, type Note } from '../vrrp/note.js';
import type { Router } from '../vrrp/router.js';
import type { Step } from '../vrrp/step.js';
import type { Witness } from './loop.js';
import { NoteFile, UntrustedFile } from './note-file.js';
import { decodeNote, encodeHead, TIME_LINE_OCTETS, timeLine, type Origin } from './note-text.js';

export const CRASH_NOTE = '/run/vrrpd/state';

/** Writing it whole takes one part in so many of the time, at most. */
const SPACING = 10;
const RETRY = seconds(1);
/** Nothing that a note has changes with these. */
const QUIET_INPUTS: readonly Input['kind'][] = ['tick', 'packet', 'link', 'claim', 'connections-reset', 'script-begun'];
const QUIET_EFFECTS: readonly Effect['kind'][] = [
  'send-advert',
  'send-garp',
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
  #head = '';
  #times = Buffer.alloc(0);
  /** Where in #times an instance is, by its interface and VRID. */
  #places = new Map<string, { readonly instance: Instance; readonly at: number }>();
  /** What the checks had found out when it was written, by kind and name. */
  #findings: ReadonlyMap<string, string> = new Map();
  /** Something in the head may be another. */
  #isStale = false;
  /** The octets of #times that the file does not have yet. */
  #fresh: { from: number; to: number } | undefined;
  #isDue = false;
  #notBefore = 0 as Instant;
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
        this.#spoke(`${effect.interface} ${effect.advert.virtualRouterId}`);
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
    this.#notBefore = 0 as Instant;
    this.#write();
    clearTimeout(this.#timer);
    this.#file.close();
  }

  #spoke(virtualRouter: string): void {
    const place = this.#places.get(virtualRouter);
    const spokenAt = place?.instance.lastAdvertAt;
    if (place === undefined || spokenAt === undefined) return;
    const { at } = place;
    this.#times.write(timeLine(spokenAt), at, 'latin1');
    const { from, to } = this.#fresh ?? { from: at, to: at };
    this.#fresh = { from: Math.min(from, at), to: Math.max(to, at + TIME_LINE_OCTETS) };
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
    const started = now();
    try {
      if (this.#isStale && started >= this.#notBefore) {
        this.#replace();
        this.#notBefore = after(started, times(SPACING, between({ from: started, to: now() })));
        this.#tellSuccess();
      } else if (this.#fresh) this.#patch(this.#fresh);
    } catch (error) {
      this.#isStale = true;
      this.#notBefore = after(started, RETRY);
      this.#tellFailure(error);
    }
    if (this.#isStale) this.#writeLater(between({ from: started, to: this.#notBefore }));
  }

  #writeLater(wait: Duration): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, inMilliseconds(wait)).unref();
  }

  #replace(): void {
    const note = takeNote(this.#router);
    if (note === undefined) {
      // Also the one of the process before.
      this.#file.remove();
      this.#keep({ head: '', times: '' });
    } else {
      const head = encodeHead({ note, fingerprints: this.#fingerprints }, this.#origin);
      const times = note.instances.map(({ lastAdvertAt }) => timeLine(lastAdvertAt)).join('');
      if (head === this.#head) this.#file.patch(Buffer.from(times), Buffer.byteLength(head));
      else this.#file.replace(head + times);
      this.#keep({ head, times, note });
    }
  }

  #keep({ head, times, note }: { head: string; times: string; note?: Note }): void {
    this.#head = head;
    this.#times = Buffer.from(times);
    this.#places = new Map(
      (note?.instances ?? []).flatMap(({ name, interface: dev, virtualRouterId }, index) => {
        const instance = this.#router.instances.get(name);
        return instance ? [[`${dev} ${virtualRouterId}`, { instance, at: index * TIME_LINE_OCTETS }]] : [];
      }),
    );
    const found = ([kind, things]: [string, readonly { readonly name: string }[]]) =>
      things.map((thing) => [`${kind} ${thing.name}`, JSON.stringify(thing)] as const);
    const { scripts = [], files = [], processes = [] } = note?.findings ?? {};
    this.#findings = new Map([
      ...found(['script', scripts]),
      ...found(['file', files]),
      ...found(['process', processes]),
    ]);
    this.#isStale = false;
    this.#fresh = undefined;
  }

  #patch({ from, to }: { from: number; to: number }): void {
    this.#file.patch(this.#times.subarray(from, to), Buffer.byteLength(this.#head) + from);
    this.#fresh = undefined;
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

  /** Of the running configuration. */
  get #fingerprints(): Behaviours {
    const { config } = this.#router;
    if (this.#marked?.config !== config)
      this.#marked = {
        config,
        fingerprints: new Map([...behavioursOf(config)].map(([key, text]) => [key, hash(text)])),
      };
    return this.#marked.fingerprints;
  }
}

const isQuiet = (effect: Effect): boolean =>
  effect.kind === 'send-advert'
    ? effect.advert.priority > 0
    : effect.kind === 'log'
      ? effect.level === 'debug'
      : QUIET_EFFECTS.includes(effect.kind);

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** random(4): another one after each boot. namespaces(7): the link tells which network this process is in. */
const origin = (): Origin => ({
  boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  network: readlinkSync('/proc/self/ns/net'),
});

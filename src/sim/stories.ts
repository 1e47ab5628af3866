// The stories that every operator asks for, made for the hosts at hand: what is done to the one that has the address,
// and what is done afterwards to make it good again. They are lists of commands; nothing is carried out here.

import { addressesOf } from '../config/diff.js';
import { usedProcesses, usedScripts } from '../config/tracks.js';
import { seconds, type Duration } from '../time.js';
import type { Host } from './host.js';
import type { Command } from './story.js';

export const STORIES = [
  'crash',
  'restart',
  'stop',
  'link',
  'check-fails',
  'freeze',
  'partition',
  'second-owner',
  'reboot-all',
] as const;
/** A supervisor starts a daemon that has died at once, and it has its files to read. */
const RESTART_TIME = seconds(0.5);
export type StoryName = (typeof STORIES)[number];

/** A part of a story that ends when all is calm again; the summary has a line for it. */
export interface Act {
  readonly title: string;
  readonly commands: readonly Command[];
  /** It begins right after an advert of this host: what it costs is then the most that it can cost. */
  readonly after?: string;
}

export interface Tale {
  readonly name: string;
  /** What is done to whom, in words. */
  readonly title: string;
  /** The check or interface that it is about, where a host may have several. */
  readonly subject?: string;
  readonly acts: readonly Act[];
}

/** Who plays. */
export interface Cast {
  /** To whom it is done: the master. */
  readonly host: Host;
  readonly hosts: readonly Host[];
  /** How long until all is calm again. */
  readonly settle: Duration;
}

/** A fault and its end. */
interface Trouble extends Pick<Tale, 'title' | 'subject'> {
  readonly fault: readonly Command[];
  readonly end?: { readonly title: string; readonly commands: readonly Command[] };
}

/** All hosts are started, and the first master is found. */
export const startAct = (settle: Duration): Act => ({
  title: 'start',
  commands: [{ kind: 'start' }, { kind: 'run', duration: settle }],
});

/** They begin with the start of all; none when there is nothing to do it to: no check, nobody to be cut off from. */
export function talesOf(name: StoryName, cast: Cast): Tale[] {
  const { host, settle } = cast;
  const calm: Command = { kind: 'run', duration: settle };
  return TROUBLES[name](cast).map(({ fault, end, ...words }): Tale => {
    const first: Act = { title: name, commands: [...fault, calm], after: host.name };
    const acts = end ? [first, { title: `  ${end.title}`, commands: [...end.commands, calm] }] : [first];
    return { ...words, name, acts: [startAct(settle), ...acts] };
  });
}

const TROUBLES: Readonly<Record<StoryName, (cast: Cast) => Trouble[]>> = {
  crash: ({ host: { name: host } }) => [
    {
      title: `${host} loses its power, and is switched on again`,
      fault: [{ kind: 'crash', host }],
      end: { title: 'back', commands: [{ kind: 'start', host }] },
    },
  ],
  restart: ({ host: { name: host } }) => [
    {
      title: `the daemon of ${host} dies, and is started again`,
      fault: [
        { kind: 'kill', host },
        { kind: 'run', duration: RESTART_TIME },
        { kind: 'start', host },
      ],
    },
  ],
  stop: ({ host: { name: host } }) => [
    {
      title: `the daemon of ${host} is stopped, and started again`,
      fault: [{ kind: 'stop', host }],
      end: { title: 'started', commands: [{ kind: 'start', host }] },
    },
  ],
  link: ({ host }) => [...host.interfaces.keys()].map((name) => pulled(host.name, name)),
  'check-fails': ({ host }) => failures(host),
  freeze: ({ host: { name: host } }) => [
    {
      title: `${host} stands still like a paused machine, and goes on`,
      fault: [{ kind: 'freeze', host }],
      end: { title: 'goes on', commands: [{ kind: 'thaw', host }] },
    },
  ],
  partition: ({ host: { name: from }, hosts }) => [
    {
      title: `${from} and the others do not hear each other; clients reach all`,
      fault: hosts
        .filter(({ name }) => name !== from)
        .map(({ name: to }): Command => ({ kind: 'cut', from, to, oneWay: false })),
      end: { title: 'healed', commands: [{ kind: 'heal' }] },
    },
  ],
  'second-owner': ({ host, hosts }) => hosts.filter((one) => one !== host).map((one) => handedOut(host, one)),
  'reboot-all': ({ hosts }) => [
    {
      title: 'all hosts lose their power, and all are back at once',
      fault: [...hosts.map(({ name }): Command => ({ kind: 'crash', host: name })), { kind: 'start' }],
    },
  ],
};

/** What the one serves somebody puts on the other too, by hand. */
function handedOut({ config }: Host, { name: host, interfaces }: Host): Trouble {
  const addresses = config.vrrpInstances.flatMap(addressesOf).filter(({ dev }) => interfaces.has(dev));
  return {
    title: `somebody puts the address on ${host} by hand, and deletes it`,
    subject: host,
    fault: addresses.map(({ dev, prefix }): Command => ({ kind: 'add', host, prefix, interface: dev })),
    end: {
      title: 'deleted',
      commands: addresses.map(({ prefix: { address } }): Command => ({ kind: 'delete', host, address })),
    },
  };
}

const pulled = (host: string, name: string): Trouble => ({
  title: `the cable of ${name} of ${host} is pulled, and plugged again`,
  subject: name,
  fault: [{ kind: 'link', host, interface: name, up: false }],
  end: { title: 'plugged', commands: [{ kind: 'link', host, interface: name, up: true }] },
});

/** Each vrrp_script that is tracked fails, each tracked process is gone. */
function failures({ name: host, config }: Host): Trouble[] {
  const scripts = usedScripts(config).map(({ name: script }): Trouble => ({
    title: `${script} fails on ${host}, and succeeds again`,
    subject: script,
    fault: [{ kind: 'check', host, script, end: 'fails' }],
    end: { title: 'succeeds', commands: [{ kind: 'check', host, script, end: 'succeeds' }] },
  }));
  const processes = usedProcesses(config).map(({ name, quorum }): Trouble => ({
    title: `what ${name} looks for has ended on ${host}, and is started again`,
    subject: name,
    fault: [{ kind: 'process', host, name, count: 0 }],
    end: { title: 'started', commands: [{ kind: 'process', host, name, count: quorum }] },
  }));
  return [...scripts, ...processes];
}

/** A story of one's own, split where time passes: an act is what is done at once and the time after it. */
export function actsOf(lines: readonly { readonly title: string; readonly command: Command }[]): Act[] {
  const acts: { title: string; commands: Command[] }[] = [];
  let hasPassed = true;
  for (const { title, command } of lines) {
    const runs = command.kind === 'run';
    const last = acts.at(-1);
    if (last === undefined || (hasPassed && !runs)) acts.push({ title, commands: [command] });
    else last.commands.push(command);
    hasPassed = runs;
  }
  return acts;
}

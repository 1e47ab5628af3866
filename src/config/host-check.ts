// What a configuration asks of the host it is to run on: interfaces, a source address, programs, users. The host is handed in
// as plain facts, so that it can be any host; nothing is looked up here. keepalived.conf(5): script security.

import { familyOf, isLinkLocal, type IpAddress } from '../address.js';
import { addressesOf } from './diff.js';
import { usedScripts } from './tracks.js';
import { named, type Code, type Diagnostic, type Severity } from './diagnostic.js';
import type { Command, Config, NotifyScripts, Place, VrrpInstance } from './model.js';
import { probeOf } from './probe.js';
import { nearest } from './spelling.js';

/** What there is to know of a program that the file names. */
export interface ProgramFacts {
  /** Why it can't be run; absent when it can. */
  readonly problem?: string;
  /** Part of its path that others than root may change. */
  readonly unsafe?: { readonly path: string; readonly why: string; readonly remedy: string };
  /** It is run by root. */
  readonly asRoot: boolean;
}

export interface HostFacts {
  readonly interfaces: ReadonlyMap<string, readonly IpAddress[]>;
  /** By the key that programKey() gives. */
  readonly programs: ReadonlyMap<string, ProgramFacts>;
  /** What is wrong with the users and groups of commands, by the same key. */
  readonly accounts: ReadonlyMap<string, string>;
  /** Why nft, which no_accept needs, can't be run; absent when it can. */
  readonly nftProblem?: string;
}

/** The same for commands that are the same program run by the same user. */
export const programKey = ({ argv, runAs }: Command): string => JSON.stringify([argv[0], runAs]);

/** All commands that the configuration would run as programs; a probe needs none. */
export function commandsOf(config: Config): Command[] {
  const { global, vrrpInstances, syncGroups } = config;
  const notify = [...vrrpInstances, ...syncGroups].flatMap(({ notify: scripts }) =>
    (Object.keys(scripts) as (keyof NotifyScripts)[]).flatMap((state) => scripts[state] ?? []),
  );
  const { startupScript, shutdownScript, notifyFifo, vrrpNotifyFifo } = global;
  const others = [startupScript?.command, shutdownScript?.command, notifyFifo?.script, vrrpNotifyFifo?.script];
  const checks = usedScripts(config).map(({ command }) => command);
  const all = [...checks, ...notify, ...others.flatMap((one) => one ?? [])];
  return all.filter(({ argv }) => typeof probeOf(argv) !== 'object');
}

/** Messages with their places, without the text of the lines. */
export function checkHost(config: Config, facts: HostFacts): Diagnostic[] {
  return [
    ...config.vrrpInstances.flatMap((instance) => checkInterfaces(instance, facts)),
    ...config.staticIpaddress.flatMap(({ dev, place }) => missingInterface(dev, place, facts)),
    ...[...config.staticRoutes, ...config.vrrpInstances.flatMap((one) => one.virtualRoutes)].flatMap(
      ({ dev = '', place }) => missingInterface(dev, place, facts),
    ),
    ...commandsOf(config).flatMap((command) => checkProgram(command, facts)),
  ];
}

function checkInterfaces(instance: VrrpInstance, facts: HostFacts): Diagnostic[] {
  const { interface: dev, places, place } = instance;
  const others = addressesOf(instance).filter((address) => address.dev !== dev);
  const tracked = instance.tracks.filter(({ kind }) => kind === 'interface');
  return [
    ...missingInterface(dev, places.interface ?? place, facts),
    ...others.flatMap((address) => missingInterface(address.dev, address.place, facts)),
    ...tracked.flatMap(({ name }) => missingInterface(name, places.track_interface ?? place, facts)),
    ...checkSource(instance, facts),
    ...checkLinkLocals(instance, facts),
    ...checkFirewall(instance, facts),
  ];
}

/** Unicast is routed: the address may be on any interface. */
function checkSource({ interface: dev, srcIp, unicast, places, place }: VrrpInstance, facts: HostFacts): Diagnostic[] {
  const here = facts.interfaces.get(dev);
  if (srcIp === undefined || here === undefined) return [];
  const own = unicast === undefined ? here : [...facts.interfaces.values()].flat();
  if (own.includes(srcIp)) return [];
  const where = unicast === undefined ? `of ${dev}` : 'of this host';
  const words = `${srcIp} is not an address ${where}: adverts can't be sent, or go out with a source that is not this host's`;
  return [message('warning', 'foreign-source', places.unicast_src_ip ?? places.mcast_src_ip ?? place, { words })];
}

/** Adverts of IPv6 come from a link-local address (RFC 5798 § 5.1.2.1); and where there is none, IPv6 is off as a rule. */
function checkLinkLocals(instance: VrrpInstance, { interfaces }: HostFacts): Diagnostic[] {
  const { interface: dev, family, srcIp, places, place } = instance;
  const needed = new Map<string, Place>();
  for (const address of addressesOf(instance))
    if (familyOf(address.prefix.address) === 'ipv6' && !needed.has(address.dev)) needed.set(address.dev, address.place);
  if (family === 'ipv6' && srcIp === undefined) needed.set(dev, places.interface ?? place);
  return [...needed].flatMap(([name, where]): Diagnostic[] => {
    const addresses = interfaces.get(name);
    if (addresses === undefined || addresses.some(isLinkLocal)) return [];
    const words = `${name} has no link-local address: IPv6 is off there, or the link is down`;
    return [message('warning', 'no-link-local', where, { words })];
  });
}

function checkFirewall({ accept, places, place }: VrrpInstance, { nftProblem }: HostFacts): Diagnostic[] {
  if (accept || nftProblem === undefined) return [];
  const words = `nft: ${nftProblem}: what is sent to the addresses is accepted all the same`;
  return [message('warning', 'missing-program', places.no_accept ?? places.strict_mode ?? place, { words })];
}

function missingInterface(dev: string, place: Place, { interfaces }: HostFacts): Diagnostic[] {
  // One that could not be read is an error already.
  if (dev === '' || interfaces.has(dev)) return [];
  const suggestion = nearest(dev, interfaces.keys());
  const words = `this host has no interface ${named(dev)}`;
  return [message('error', 'no-such-interface', place, { words, ...(suggestion !== undefined && { suggestion }) })];
}

function checkProgram(command: Command, { programs, accounts }: HostFacts): Diagnostic[] {
  const key = programKey(command);
  const account = accounts.get(key);
  if (account !== undefined)
    return [message('warning', 'unknown-user', command.place, { words: `${account}: the command can not be run` })];
  const { problem, unsafe, asRoot } = programs.get(key) ?? { asRoot: false };
  if (command.argv[0] === '') return [];
  if (problem !== undefined)
    return [message('warning', 'missing-program', command.place, { words: `${command.argv[0]}: ${problem}` })];
  if (unsafe === undefined || !asRoot) return [];
  const words = `root runs this, and ${unsafe.path} ${unsafe.why}: with enable_script_security keepalived does not run it`;
  return [message('warning', 'unsafe-program', command.place, { words, note: unsafe.remedy })];
}

function message(
  severity: Severity,
  code: Code,
  place: Place,
  rest: Pick<Diagnostic, 'words' | 'suggestion' | 'note'>,
): Diagnostic {
  return { severity, code, place, length: 1, ...rest };
}

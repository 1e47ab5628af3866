// Carries a story out on a simulated network. What can't be carried out (no such host, no such check) is found before
// anything happens.

import { familyOf, VRRP_GROUPS } from '../address.js';
import type { Config } from '../config/model.js';
import type { Advert } from '../packet/vrrp.js';
import type { Host } from './host.js';
import type { Network } from './network.js';
import type { Command, ForeignAdvert, HostDeed, Line, Problem } from './story.js';

/** Where a story is played. */
export interface Stage {
  readonly network: Network;
  /** What a file that the story names holds; undefined when it can't be used. */
  readonly configOf: (file: string, host: Host) => Config | undefined;
  /** Told of each command before it is carried out. */
  readonly onCommand?: (command: Command) => void;
}

/** What of a story can't be carried out there. */
export function examine(lines: readonly Line[], { network, configOf }: Stage): Problem[] {
  return lines.flatMap(({ line, command }) => {
    const words = objection(command, network, configOf);
    return words === undefined ? [] : [{ line, column: 1, words }];
  });
}

/** All of it, from the first line to the last. */
export function play(lines: readonly Line[], stage: Stage): void {
  for (const { command } of lines) {
    stage.onCommand?.(command);
    carryOut(command, stage);
  }
}

function objection(command: Command, network: Network, configOf: Stage['configOf']): string | undefined {
  const clients = command.kind === 'cut' ? network.clients.map(({ owner }) => owner) : [];
  const known = [...network.hosts.keys(), ...new Set(clients)];
  const unknown = hostsOf(command).find((name) => !known.includes(name));
  if (unknown !== undefined) return `there is no host ${unknown}, only ${known.join(', ')}`;
  const [name] = hostsOf(command);
  const host = name === undefined ? undefined : network.hosts.get(name);
  if (!host) return undefined;
  const among = (what: string, name: string, there: readonly string[]): string | undefined =>
    there.includes(name) ? undefined : `${host.name} has no ${what} ${name}, only ${there.join(', ') || 'none'}`;
  const { config } = host;
  switch (command.kind) {
    case 'link':
    case 'add':
      return among('interface', command.interface, [...host.interfaces.keys()]);
    case 'check':
      return among('vrrp_script', command.script, namesOf(config.vrrpScripts));
    case 'file':
      return among('track_file', command.name, namesOf(config.trackFiles));
    case 'process':
      return among('vrrp_track_process', command.name, namesOf(config.trackProcesses));
    case 'failover':
      return among('instance or group', command.name, namesOf([...config.vrrpInstances, ...config.syncGroups]));
    case 'reload':
      return configOf(command.file, host) ? undefined : `${command.file} can't be used`;
    default:
      return undefined;
  }
}

/** The hosts that a command names. */
function hostsOf(command: Command): string[] {
  if (command.kind === 'cut') return [command.from, command.to];
  return 'host' in command ? [command.host] : [];
}

const namesOf = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);

function carryOut(command: Command, { network, configOf }: Stage): void {
  switch (command.kind) {
    case 'run':
      network.run(command.duration);
      break;
    case 'link':
      network.host(command.host).setLink(command.interface, command.up);
      break;
    case 'cut':
      network.cut({ from: command.from, to: command.to });
      if (!command.oneWay) network.cut({ from: command.to, to: command.from });
      break;
    case 'heal':
      network.heal();
      break;
    case 'check':
      network.host(command.host).checks.set(command.script, command.end);
      break;
    case 'file':
      network.host(command.host).setFile(command.name, command.value);
      break;
    case 'process':
      network.host(command.host).setProcesses(command.name, command.count);
      break;
    case 'delete':
      network.host(command.host).deleteAddress(command.address);
      break;
    case 'add':
      network.host(command.host).addAddress(command.interface, command.prefix);
      break;
    case 'announce':
      network.announceForeign(command.address, command.segment);
      break;
    case 'weather':
      network.setWeather(command.change);
      break;
    case 'failover':
      network.host(command.host).give({ kind: 'failover', name: command.name });
      break;
    case 'maintenance':
      network.host(command.host).give({ kind: 'maintenance', on: command.on });
      break;
    case 'reload': {
      const host = network.host(command.host);
      const config = configOf(command.file, host);
      if (config) host.reload(config);
      break;
    }
    case 'advert':
      sayForeign(command.advert, network);
      break;
    case 'start':
      for (const host of command.host === undefined ? network.hosts.values() : [network.host(command.host)])
        host.start(command.daemon);
      break;
    default:
      DEEDS[command.kind](network.host(command.host));
  }
}

const DEEDS: Readonly<Record<HostDeed, (host: Host) => void>> = {
  stop: (host) => host.stop(),
  kill: (host) => host.kill(),
  crash: (host) => host.crash(),
  freeze: (host) => host.freeze(true),
  thaw: (host) => host.freeze(false),
  stall: (host) => host.stall(true),
  resume: (host) => host.stall(false),
};

function sayForeign(foreign: ForeignAdvert, network: Network): void {
  const { version, source, ttl, virtualRouterId, priority, interval, addresses, password, segment } = foreign;
  const { to: destination = VRRP_GROUPS[familyOf(source)], isDamaged = false } = foreign;
  const authentication = password === undefined ? ({ type: 'none' } as const) : ({ type: 'PASS', password } as const);
  const common = { virtualRouterId, priority, interval, addresses };
  const advert: Advert = version === 3 ? { version, ...common } : { version, authentication, ...common };
  network.sayForeign({ header: { source, destination, ttl, identification: 1 }, advert, isDamaged }, segment);
}

// Commands of a story as the lines that they are read from: readStory(printed) gives them back.

import { inMilliseconds, type Duration } from '../../src/time.js';
import { formatPrefix } from '../../src/address.js';
import type { Command, ForeignAdvert } from '../../src/sim/story.js';

const time = (duration: Duration): string => `${inMilliseconds(duration)}ms`;
const share = (part: number): string => `${Math.round(part * 100)}%`;

/** One line; a change of the weather has one for each kind of it. */
export function printCommand(command: Command): string[] {
  switch (command.kind) {
    case 'run':
      return [`run ${time(command.duration)}`];
    case 'link':
      return [`link ${command.host} ${command.interface} ${command.up ? 'up' : 'down'}`];
    case 'cut':
      return [`cut ${command.from} ${command.oneWay ? '-> ' : ''}${command.to}`];
    case 'heal':
      return ['heal'];
    case 'check':
      return [`check ${command.host} ${command.script} ${command.end}`];
    case 'file':
      return [`file ${command.host} ${command.name} ${command.value}`];
    case 'process':
      return [`process ${command.host} ${command.name} ${command.count}`];
    case 'delete':
      return [`delete ${command.host} ${command.address}`];
    case 'add':
      return [`add ${command.host} ${formatPrefix(command.prefix)} ${command.interface}`];
    case 'announce':
      return [`announce ${command.address}${command.segment === undefined ? '' : ` on ${command.segment}`}`];
    case 'weather': {
      const { delay, jitter, loss, duplication } = command.change;
      return [
        ...(delay === undefined ? [] : [`delay ${time(delay)}${jitter ? ` jitter ${time(jitter)}` : ''}`]),
        ...(loss === undefined ? [] : [`loss ${share(loss)}`]),
        ...(duplication === undefined ? [] : [`duplicate ${share(duplication)}`]),
      ];
    }
    case 'failover':
      return [`failover ${command.host} ${command.name}`];
    case 'maintenance':
      return [`maintenance ${command.host} ${command.on ? 'on' : 'off'}`];
    case 'reload':
      return [`reload ${command.host} ${command.file}`];
    case 'advert':
      return [`advert ${printAdvert(command.advert)}`];
    case 'start':
      return [['start', command.host, command.daemon].filter((word) => word !== undefined).join(' ')];
    default:
      return [`${command.kind} ${command.host}`];
  }
}

function printAdvert(advert: ForeignAdvert): string {
  const { version, source, to, virtualRouterId, priority, interval, ttl, password, addresses } = advert;
  const { segment, isDamaged } = advert;
  return [
    `${source} version ${version}`,
    ...(to === undefined ? [] : [`to ${to}`]),
    `vrid ${virtualRouterId} priority ${priority} interval ${time(interval)} ttl ${ttl}`,
    ...(password === undefined ? [] : [`password ${password}`]),
    ...(addresses.length === 0 ? [] : [`addresses ${addresses.join(',')}`]),
    ...(isDamaged ? ['damaged'] : []),
    ...(segment === undefined ? [] : [`on ${segment}`]),
  ].join(' ');
}

// All planted bugs, by the part of the protocol that they are in.

import type { Mutant } from './mutant.js';
import { FAMILIES } from './families.js';
import { NO_OUTAGE } from './no-outage.js';

const inFile =
  (file: string) =>
  (name: string, find: string, replace: string): Mutant => ({ name, file, find, replace });

const vrrpPacket = inFile('src/packet/vrrp.ts');
const ipv4 = inFile('src/packet/ipv4.ts');
const arp = inFile('src/packet/arp.ts');
const checksum = inFile('src/packet/checksum.ts');
const timers = inFile('src/vrrp/timers.ts');
const election = inFile('src/vrrp/election.ts');
const accept = inFile('src/vrrp/accept.ts');
const backup = inFile('src/vrrp/backup.ts');
const master = inFile('src/vrrp/master.ts');
const releasing = inFile('src/vrrp/releasing.ts');
const machine = inFile('src/vrrp/machine.ts');
const holding = inFile('src/vrrp/holding.ts');
const announcing = inFile('src/vrrp/announcing.ts');
const garp = inFile('src/vrrp/garp.ts');
const group = inFile('src/vrrp/group.ts');
const deadlines = inFile('src/vrrp/deadlines.ts');
const priority = inFile('src/track/priority.ts');
const standing = inFile('src/track/standing.ts');
const script = inFile('src/track/script.ts');

export const MUTANTS: readonly Mutant[] = [
  // packet
  checksum('the carry of the checksum is lost', '(sum & 0xffff) + (sum >>> 16)', 'sum & 0xffff'),
  vrrpPacket(
    'version 3 is sent without the pseudo header in its checksum',
    "advert.version === 3 && header.checksum !== 'plain'",
    "advert.version === 3 && header.checksum === 'group'",
  ),
  vrrpPacket(
    "version and type are in each other's place",
    '(version << 4) | ADVERTISEMENT',
    '(ADVERTISEMENT << 4) | version',
  ),
  vrrpPacket(
    'the password is written in front of the addresses',
    'vrrp.write(authentication.password, vrrp.length - length,',
    'vrrp.write(authentication.password, FIXED_LENGTH,',
  ),
  vrrpPacket(
    'a short packet with a large count is read',
    'if (vrrp.length !== expected)',
    'if (vrrp.length > expected)',
  ),
  ipv4('the TTL is that of other packets', 'packet.writeUInt8(ttl, 8);', 'packet.writeUInt8(64, 8);'),
  ipv4(
    'padding behind the packet is read as a part of it',
    'packet.subarray(headerLength, totalLength)',
    'packet.subarray(headerLength)',
  ),
  arp(
    'a gratuitous ARP goes to its sender alone',
    'target: { mac: BROADCAST_MAC, address }',
    'target: { mac, address }',
  ),
  // timers
  timers(
    'the skew is that of the other end of the scale',
    '((256 - priority) * scale) / 256',
    '(priority * scale) / 256',
  ),
  timers(
    'the skew is left out',
    'return sum(times(basis.downTimerAdverts, basis.masterAdvertInt), skewTime(basis));',
    'return times(basis.downTimerAdverts, basis.masterAdvertInt);',
  ),
  timers(
    'a master is dead after one interval less',
    'times(basis.downTimerAdverts, basis',
    'times(basis.downTimerAdverts - 1, basis',
  ),
  deadlines(
    'a later deadline does not replace an earlier one',
    'if (!first || this.#current.get(first.owner) === first) return first;',
    'if (!first || this.#current.has(first.owner)) return first;',
  ),
  master(
    'the adverts drift with the delay of the process',
    'nextPeriod(state.advertAt, { period: config.advertInt, now }) :',
    'after(now, config.advertInt) :',
  ),
  backup(
    'a farewell puts the takeover off',
    'masterDownAt: skewEnd < state.masterDownAt ? skewEnd : state.masterDownAt',
    'masterDownAt: skewEnd',
  ),
  backup('a farewell is answered at once', 'const skewEnd = after(now, instance.skew);', 'const skewEnd = now;'),
  // election
  election(
    'the lower address wins a tie',
    'compareAddresses(other.address, own.address)',
    'compareAddresses(own.address, other.address)',
  ),
  election('an equal priority makes neither yield', ' || compareAddresses(other.address, own.address)', ''),
  inFile('src/address.ts')(
    'addresses are compared as text',
    'octet - (b[index] ?? 0);',
    'String(octet) < String(b[index]) ? -1 : 1;',
  ),
  // accept
  accept('a TTL below 255 is accepted', ': { minTtl: 255 };', ': { minTtl: 1 };'),
  accept('a wrong checksum is accepted', "if (!packet.checksumValid) return drop('checksum', 'wrong checksum');", ''),
  accept(
    'a wrong password is accepted',
    'theirs.password !== ours.password',
    'theirs.password.length !== ours.password.length',
  ),
  accept(
    'a missing authentication is accepted',
    'if (theirs.type !== ours.type)',
    "if (theirs.type !== ours.type && theirs.type !== 'none')",
  ),
  accept(
    'another interval is accepted',
    'advert.interval > 0 : advert.interval === advertInt',
    'advert.interval > 0 : advert.interval >= advertInt',
  ),
  accept(
    'another pair with this VRID is accepted',
    'if (missing.length === ours.length)',
    'if (missing.length > ours.length)',
  ),
  accept('a list that lacks an address is dropped', 'if (missing.length === ours.length)', 'if (missing.length > 0)'),
  accept('an own packet that comes back counts', 'if (packet.source === source)', 'if (packet.source === undefined)'),
  // machine
  backup('a BACKUP lets a lower advert count', 'if (!lower || nopreempt ||', 'if (lower || !lower || nopreempt ||'),
  backup('nopreempt does not hold', 'instance.config.nopreempt || instance.hasYielded', 'instance.hasYielded'),
  backup(
    'preempt_delay is counted from each advert anew',
    '(state.preemptAt ?? after(now, preemptDelay))',
    'after(now, preemptDelay)',
  ),
  backup(
    'a BACKUP does not learn who the master is',
    'instance.master = heard;\n    instance.lower = undefined;\n    const masterDownAt',
    'instance.lower = undefined;\n    const masterDownAt',
  ),
  master(
    'a MASTER yields to a lower priority',
    "if (outcome === 'better') giveWay",
    "if (outcome === 'worse') giveWay",
  ),
  master(
    'a MASTER does not answer a farewell',
    'if (silenceOf(instance, state, turn) === undefined) answer(instance, state, other, turn);',
    '',
  ),
  master(
    'a lower advert is not answered',
    'if (!instance.config.lowerPrioNoAdvert) answer',
    'if (instance.config.lowerPrioNoAdvert) answer',
  ),
  machine(
    'a new MASTER holds its addresses before it says so',
    '  advertise(instance, turn);\n  addAddresses(instance, turn);\n  announce(instance, config',
    '  addAddresses(instance, turn);\n  advertise(instance, turn);\n  announce(instance, config',
  ),
  machine('a router that leaves does not say so', 'if (asks) advertise(instance, turn, 0);', ''),
  releasing(
    'a MASTER that yields keeps its addresses',
    'if (gone.length > 0 || over) takeOff(instance, gone,',
    'if (gone.length > 0 || over) takeOff(instance, [],',
  ),
  machine(
    'a higher own priority does not shorten the wait',
    'masterDownAt: after(state.masterDownAt, shift)',
    'masterDownAt: state.masterDownAt',
  ),
  machine(
    'the owner waits like everybody',
    'const owner = instance.priority === 255',
    'const owner = instance.priority > 255',
  ),
  holding(
    'a BACKUP puts back what others delete',
    'if (!instance.holds || !instance.links.has(address.dev)) continue;',
    'if (instance.holds || !instance.links.has(address.dev)) continue;',
  ),
  // garp
  machine('a new MASTER does not announce', 'announce(instance, config.garp.masterRepeat, turn);', ''),
  garp('the second burst is left out', 'masterDelay > 0 && {', 'masterDelay < 0 && {'),
  garp(
    'the second burst goes out for ever',
    '...(second && !isDue(second.at) && { second })',
    '...(second && { second })',
  ),
  garp(
    'garp_master_refresh happens once',
    'nextPeriod(refreshAt, { period, now }) : refreshAt',
    'undefined : refreshAt',
  ),
  garp(
    'no burst follows a lower advert',
    'return { ...plan, answer: next, ...delayed(plan, settings, now) };',
    'return plan;',
  ),
  announcing(
    'only the first address is announced',
    'if (burst) burst.addresses.push(prefix.address);',
    'if (burst) continue;',
  ),
  // sync group
  backup(
    'one of a group leads without the others',
    '!others.every(isReady)',
    '!others.some(isReady) && others.length > 9',
  ),
  master(
    'one of a group yields alone',
    '...returnAt }, turn);\n  followToBackup(instance, turn);',
    '...returnAt }, turn);',
  ),
  group(
    'a fault of one is no fault of the others',
    'others.map(({ member }) => ({ member, faults: ofGroup }))',
    'others.map(({ member }) => ({ member, faults: [] }))',
  ),
  group(
    'a group is told of with its first member',
    'this.isApart = rest.some((kind) => kind !== first);',
    'this.isApart = false;',
  ),
  // priority and tracks
  priority('the owner loses priority by a check', 'if (base === 255) return base;', ''),
  priority('a priority goes below 1', 'Math.max(\n      1,', 'Math.max(\n      -1,'),
  priority('a priority reaches that of the owner', '    254,\n', '    255,\n'),
  standing(
    'a positive weight counts while the check fails',
    'weight > 0 === good ? weight : 0',
    'weight > 0 !== good ? weight : 0',
  ),
  standing('reverse is left out', "(standing.kind === 'up') !== reverse", "standing.kind === 'up'"),
  script('a check is up before its rise', 'if (first || this.#result >= rise)', 'if (first || this.#result > 0)'),
  script(
    'one failure is enough, whatever fall says',
    'if (first || this.#result < rise) [',
    'if (first || this.#result < rise + fall) [',
  ),
  script('a check that hangs never counts', "this.#count({ kind: 'overran', limit: this.#limit });", ''),
  ...NO_OUTAGE,
  ...FAMILIES,
];

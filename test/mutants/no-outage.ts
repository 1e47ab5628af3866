// Planted bugs in what vrrpd does that no client finds nobody, or two: the naive forms of its rules, each of which costs
// an outage with some peer at some time.

import type { Mutant } from './mutant.js';

const inFile =
  (file: string) =>
  (name: string, find: string, replace: string): Mutant => ({ name, file: `src/vrrp/${file}.ts`, find, replace });

const departure = inFile('departure');
const farewell = inFile('farewell');
const releasing = inFile('releasing');
const machine = inFile('machine');
const master = inFile('master');
const backup = inFile('backup');
const garp = inFile('garp');
const patrol = inFile('patrol');
const refresh = inFile('refresh');
const owner = inFile('second-owner');
const unit = inFile('unit');
const resumption = inFile('resumption');
const holding = inFile('holding');
const life = inFile('life');
const reception = inFile('reception');
const upkeep = inFile('upkeep');

export const NO_OUTAGE: readonly Mutant[] = [
  // leaving
  departure(
    'an address goes with the advert of the heir',
    'return after(heirAt, sum(ANNOUNCES_WITHIN, times(staying.length, FOR_EACH_ADDRESS)));',
    'return heirAt;',
  ),
  departure(
    'many addresses get no more time than one',
    'sum(ANNOUNCES_WITHIN, times(staying.length, FOR_EACH_ADDRESS))',
    'ANNOUNCES_WITHIN',
  ),
  departure('a slow heir is waited for without end', 'after(heirAt, LONGEST));', 'undefined) ?? heirAt;'),
  departure(
    'one announcement takes all addresses off',
    '  staying: departure.staying.filter((one) => !those.includes(one)),\n  claimed: [...departure.claimed, ...those],',
    '  staying: [],\n  claimed: departure.staying,',
  ),
  departure(
    'an announcement before the advert is missed',
    'return those.length === 0 ? departure',
    'return those.length === 0 || departure.heirAt === undefined ? departure',
  ),
  departure(
    'a single priority 1 counts as an heir',
    'if (priority === 1 && departure.faint !== source) return { ...departure, faint: source };',
    '',
  ),
  departure('an heir of priority 1 never counts', 'departure.faint !== source)', 'true)'),
  releasing(
    'a farewell counts as an heir',
    '  if (priority === 0) {\n    if (instance.master?.address === source) instance.master = { ...instance.master, priority, heardAt: now };\n    return;\n  }\n',
    '',
  ),
  reception(
    'what this host announces itself counts',
    'concerned.length === 0 || [...links.values()].some((link) => link.mac === mac)',
    'concerned.length === 0',
  ),
  farewell('it gives up after 1.1 s', 'if (said === 3) return undefined;', 'if (said === 2) return undefined;'),
  farewell(
    'priority 0 is repeated each 0.3 s',
    'nextAt: after(now, patience(basis)) };',
    'nextAt: after(now, microseconds(300_000 + 0 * patience(basis))) };',
  ),
  farewell('priority 0 is repeated as soon as the longest skew is over', '* 1.05', '* 1'),
  farewell(
    'priority 0 is said once',
    'nextAt: after(now, answerTime(advertInt)),',
    'nextAt: after(now, microseconds(1_000_000 + 0 * answerTime(advertInt))),',
  ),
  releasing('a failover that nobody answers leaves nobody', 'if (isVoid && then', 'if (!isVoid && then'),
  releasing('an answer does not end the farewells', 'return isHeir ? rest :', 'return isHeir ? state :'),
  machine(
    'those outside are told before the address is off',
    '  const until = heir ? `${heir.address}',
    "  tell(instance, then === 'election' ? 'BACKUP' : then, turn);\n  const until = heir ? `${heir.address}",
  ),
  life(
    'a second SIGTERM ends it at once',
    'if (after(this.phase.since, ASKED_AGAIN) < turn.now)',
    'if (this.phase.since < turn.now)',
  ),
  life('checks go on while it leaves', 'watch.stop(turn);', ''),
  unit(
    'a dead link is waited for',
    'if (!isReachable(instance)) stopAtOnce',
    'if (!isReachable(instance) && instance.source) stopAtOnce',
  ),
  // connections
  releasing(
    'connections are not reset',
    'instance.config.resetConnections && leaving.length > 0',
    'instance.config.resetConnections && leaving.length > 99',
  ),
  releasing(
    'the address is taken off before its connections are reset',
    '...(clears ? [] : leaving)], rest: clears ? clear(rest, leaving, turn.now) : rest',
    '...leaving], rest',
  ),
  departure(
    'a reset is waited for without end',
    'departure.clearing.filter(({ until }) => until <= now).map',
    'departure.clearing.filter(({ until }) => until < 0).map',
  ),
  // giving way
  master('the own priority is said instead of 1', 'config.higherPrioSendAdvert ? ours : 1', 'ours'),
  master(
    'nothing is said on giving way',
    'if (!hasJustSpoken(instance, turn) || hasAnnouncedSince(instance))',
    'if (config.higherPrioSendAdvert)',
  ),
  master(
    'priority 1 is said although an advert has just said it',
    'if (!hasJustSpoken(instance, turn) || hasAnnouncedSince(instance))\n    ',
    '',
  ),
  releasing(
    'the heir of a planned stop does not learn that there was a second one',
    'advertise(instance, turn, 1, master.advertInt);',
    'return;',
  ),
  // announcing
  garp(
    'one burst for each garp_lower_prio_delay',
    'return { ...plan, answer: next, ...delayed(',
    'return { ...plan, ...delayed(',
  ),
  garp('the burst comes while the other one still answers', 'firstAt: after(now, LETS_GO)', 'firstAt: now'),
  garp('a loser that speaks on puts the last burst off for ever', 'answer.delays < MOST_DELAYS', 'answer.delays >= 0'),
  garp('a loser that speaks on is not waited for', 'answer.delays < MOST_DELAYS', 'answer.delays < 0'),
  master(
    'nothing is announced after adverts',
    'if (isSilent && config.garp.masterRefresh === undefined) refresh(instance, turn);',
    '',
  ),
  master(
    'a written garp_master_refresh does not replace it',
    'isSilent && config.garp.masterRefresh === undefined',
    'isSilent',
  ),
  refresh('the frames of an interface have no limit', 'const MOST_FRAMES = 50;', 'const MOST_FRAMES = 5_000;'),
  refresh('who had no turn has none the next time', 'else waiting.delete(one);', 'else waiting.clear();'),
  // a second owner
  patrol('nobody is probed for', 'isRested && (before.isDue', 'isRested && false && (before.isDue'),
  patrol('probing has no limit', 'const probes = isRested &&', 'const probes ='),
  patrol('only a new MASTER probes', ' || adverts >= EACH)', ')'),
  master(
    'a changed link is no reason to look again',
    'patrol: { ...state.patrol, isDue: true }',
    'patrol: state.patrol',
  ),
  owner(
    'each sighting is announced against',
    'if (this.#reactedAt !== undefined && after(this.#reactedAt, REACTS_EACH) > now) return false;',
    '',
  ),
  owner('a proxy is announced against for ever', 'if (isStubborn(owner)) return false;', ''),
  owner(
    'an advert gives no second chance',
    'this.#known.set(key, { ...owner, reactions: 0 });',
    'this.#known.set(key, owner);',
  ),
  // a process that stood still
  master(
    'a burst on the thaw with nopreempt',
    '  advertise(instance, turn, 1, advertInt);\n  const master',
    '  advertise(instance, turn, 1, advertInt);\n  announce(instance, instance.config.garp.masterRepeat, turn);\n  const master',
  ),
  master(
    'what was not to be heard is not waited for',
    'if (silence !== undefined && instance.config.nopreempt) makeWay(instance, undefined',
    'if (silence === null && instance.config.nopreempt) makeWay(instance, undefined',
  ),
  master(
    'a link that flaps makes way at once',
    'if (silence !== undefined && instance.config.nopreempt) makeWay(instance, undefined, silence',
    'if (instance.config.nopreempt) makeWay(instance, undefined, silence ?? instance.config.advertInt',
  ),
  master(
    'it leaves at once on the thaw with nopreempt',
    "machine.release(instance, { why, then: 'election', returnAt }, turn);",
    "machine.release(instance, { why, then: 'election', ...(other && { heir: { address: other.source, priority: other.priority, advertInt, heardAt: turn.now } }) }, turn);",
  ),
  releasing(
    'what had waited counts as an heir',
    'deafUntil !== undefined && now <= deafUntil;',
    'deafUntil !== undefined && now < deafUntil;',
  ),
  master(
    'a MASTER that thaws with nopreempt fights',
    'if (silence !== undefined && instance.config.nopreempt) {',
    'if (silence !== undefined && instance.config.nopreempt && silence < 0) {',
  ),
  garp(
    'the second burst that was due is made up for',
    '...(second && second.at > now && { second }) };',
    '...(second && { second }) };',
  ),
  {
    name: 'the timer is looked at before what has waited is read',
    file: 'src/daemon/loop.ts',
    find: 'for (const input of this.host.receive()) this.#handle(input, arrived);',
    replace:
      "this.#handle({ kind: 'tick' }, arrived);\n    for (const input of this.host.receive()) this.#handle(input, arrived);",
  },
  backup('a late BACKUP takes over at once', '> masterAdvertInt;', '> masterAdvertInt * 1_000;'),
  // crashes
  resumption('it goes on however long it was dead', ' &&\n    age < shortestSilence(config) - MARGIN', ''),
  resumption(
    'it goes on until its own time is over',
    'age < shortestSilence(config) - MARGIN',
    'age < instance.masterDownInterval',
  ),
  resumption('a crash loop keeps the address', '    surroundings.resumes.length < RESUMES &&\n', ''),
  resumption('what is left over is dropped at the start', 'age < longestSilence(instance.config);', 'age < 0;'),
  inFile('carry-over')('a reload forgets what is kept', '    ...(keeps && { keeps }),\n', ''),
  // other hands
  holding('a fight for an address has no end', 'if (times > REMOVALS_AT_ONCE) {', 'if (times > 1_000) {'),
  upkeep(
    'each removal of an address is a fight',
    'while (removals[0] !== undefined && after(removals[0].at, REMOVAL_WINDOW) < removal.at) removals.shift();',
    '',
  ),
];

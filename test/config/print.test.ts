// A printed configuration reads back equal: every sample, and configurations made up of all that the model can say.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { isEqual } from '../../src/config/diff.js';
import type {
  Command,
  Config,
  GlobalDefs,
  SyncGroup,
  Track,
  TrackFile,
  TrackKind,
  TrackProcess,
  UnicastSettings,
  VirtualAddress,
  VrrpInstance,
  VrrpScript,
} from '../../src/config/model.js';
import { printConfig } from '../../src/config/print.js';
import { quoteCommand, quoteWord } from '../../src/config/quote.js';
import { readConfig } from '../../src/config/read.js';
import { splitScript } from '../../src/config/script-words.js';
import { VRRP_GROUPS, type Family } from '../../src/address.js';
import { centiseconds, seconds } from '../../src/time.js';
import { Random } from '../../src/sim/random.js';
import { aConfig, anInstance, aScript, ip } from '../vrrp/host.js';

function read(text: string): Config {
  const { config, diagnostics } = readConfig({ file: 'printed', load: () => text });
  if (config === undefined) throw new Error(`${diagnostics.map(({ words }) => words).join('; ')}\n${text}`);
  return config;
}

/** What comes back from the printed text; undefined when it is equal. */
function difference(config: Config, defaults: boolean): string | undefined {
  const text = printConfig(config, { defaults });
  if (isEqual(read(text), config))
    return printConfig(read(text), { defaults }) === text ? undefined : 'it prints otherwise';
  return `${text}\n${JSON.stringify(config)}\n${JSON.stringify(read(text))}`;
}

t.test('the samples', (t) => {
  const folder = fileURLToPath(new URL('../fixtures', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.conf'));
  let count = 0;
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8');
    const { config } = readConfig({ file, load: () => text });
    if (config === undefined) continue;
    count += 1;
    for (const defaults of [false, true]) t.equal(difference(config, defaults), undefined, file);
  }
  t.ok(count >= 8, `${count} samples`);
  t.end();
});

const NAMES = ['VI_1', 'a b', 'x#y', 'q"t', '{', 'näme', "o'k", 'VI-2'] as const;
const ODD = [
  'plain',
  'two words',
  "it's",
  'say "x"',
  'back\\slash',
  '',
  'tab\there',
  '#no',
  '{}',
  'ä',
  '-x',
  'a;b|c$D',
  'nl\nx',
] as const;
const place = { file: 'x', line: 1, column: 1 };

const command = (random: Random): Command => {
  const runAs = random.perhaps(() => ({ user: 'nobody', ...(random.chance(2) && { group: 'adm' }) }));
  return {
    argv: [random.pick(['/bin/x', '/a b/c', 'true']), ...random.list(4, () => random.pick(ODD))],
    ...(runAs && { runAs }),
    place,
  };
};

/** An address of the instance's network; those of IPv6 have no broadcast and no label. */
function address(random: Random, index: number, family: Family = 'ipv4'): VirtualAddress {
  if (family === 'ipv6')
    return {
      prefix: { address: ip(`2001:db8::${index + 1}`), length: random.pick([64, 128]) },
      dev: random.pick(['eth0', 'eth0', 'bond0.5']),
      scope: 0,
      ...(random.chance(4) && { flags: ['dad'] as const }),
      ...(random.chance(4) && { preferredLft: 'forever' as const }),
      place,
    };
  const broadcast = random.perhaps(() => ip('10.1.255.255'));
  const label = random.perhaps(() => random.pick(['eth0:1', 'a#b', 'two words'] as const));
  const peer = random.chance(5) ? { address: ip('10.9.9.9'), length: 24 } : undefined;
  const preferredLft = random.chance(4) ? random.pick([0, 77, 'forever'] as const) : undefined;
  return {
    prefix: { address: ip(`10.1.${random.below(200)}.${index + 1}`), length: random.between(8, 32) },
    dev: random.pick(['eth0', 'eth0', 'bond0.5']),
    scope: random.pick([0, 0, 253, 254]),
    ...(broadcast && { broadcast }),
    ...(label && { label }),
    ...(peer && { peer }),
    ...(random.chance(4) && { flags: ['noprefixroute', 'dad'] as const }),
    ...(preferredLft !== undefined && { preferredLft }),
    ...(random.chance(5) && { noTrack: true as const }),
    place,
  };
}

function script(random: Random, index: number): VrrpScript {
  const timeout = random.perhaps(() => seconds(random.between(1, 30)));
  return {
    ...aScript(),
    name: `${random.pick(NAMES)}${index}`,
    command: command(random),
    interval: seconds(random.between(1, 20) / random.pick([1, 4])),
    ...(timeout !== undefined && { timeout }),
    weight: random.between(-20, 20),
    reverse: random.chance(3),
    rise: random.between(1, 4),
    fall: random.between(1, 4),
    initFail: random.chance(3),
  };
}

type Tracked = Pick<Config, 'vrrpScripts' | 'trackFiles' | 'trackProcesses'>;

/** Some of what is defined, and interfaces; with a weight of their own or without. */
function tracks(random: Random, { vrrpScripts, trackFiles, trackProcesses }: Tracked): Track[] {
  const interfaces = ['bond1', 'a#b'].map((name) => ({ name, weight: 0, reverse: false }));
  const kinds = { interface: interfaces, script: vrrpScripts, file: trackFiles, process: trackProcesses };
  return (Object.entries(kinds) as [TrackKind, typeof interfaces][]).flatMap(([kind, list]) =>
    list
      .filter(() => random.chance(3))
      .map(({ name, weight, reverse }) =>
        random.chance(2)
          ? { kind, name, weight, reverse }
          : { kind, name, weight: random.between(-9, 9), reverse: random.chance(2) },
      ),
  );
}

function file(random: Random, index: number): TrackFile {
  const initFile = random.perhaps(() => ({ value: random.between(-3, 3), overwrite: random.chance(2) }));
  return {
    name: `${random.pick(NAMES)}${index}`,
    file: random.pick(['/run/x', '/a b/c', '#x']),
    weight: random.between(-400, 400),
    reverse: random.chance(3),
    ...(initFile && { initFile }),
    place,
    places: {},
  };
}

function process(random: Random, index: number): TrackProcess {
  const paramMatch = random.perhaps(() => random.pick(['initial', 'partial', 'exact'] as const));
  const quorumMax = random.perhaps(() => random.between(1, 9));
  return {
    name: `${random.pick(NAMES)}${index}`,
    command: [random.pick(['haproxy', 'a b', '#x']), ...random.list(3, () => random.pick(['-x', 'two words', 'a"b']))],
    ...(paramMatch && { paramMatch }),
    fullCommand: random.chance(2),
    weight: random.between(-20, 20),
    reverse: random.chance(3),
    quorum: random.between(1, 4),
    ...(quorumMax !== undefined && { quorumMax }),
    forkDelay: seconds(random.between(0, 4) / 2),
    terminateDelay: seconds(random.between(0, 4) / 2),
    place,
    places: {},
  };
}

/** A group of the first two; its weights count for them, so that none of theirs is dropped. */
function group(
  random: Random,
  index: number,
  { members, tracked }: { members: string[]; tracked: Tracked },
): SyncGroup {
  return {
    name: `${random.pick(NAMES)}${index}`,
    members,
    tracks: tracks(random, tracked),
    syncGroupTrackingWeight: true,
    notify: random.chance(2) ? { master: command(random), any: command(random) } : {},
    notifyPriorityChanges: random.chance(2),
    smtpAlert: random.chance(2),
    kept: [],
    place,
    places: {},
  };
}

function global(random: Random): Partial<GlobalDefs> {
  const limited = () => ({ command: command(random), timeout: seconds(random.between(1, 99)) });
  const heloName = random.perhaps(() => 'mail.example');
  return {
    ...(random.chance(2) && {
      mail: {
        to: ['a@b', 'c@d'],
        from: 'x@y',
        server: { host: '192.0.2.25', port: random.between(1, 99) },
        ...(heloName && { heloName }),
        connectTimeout: seconds(random.between(1, 60)),
        withoutFaults: random.chance(2),
      },
    }),
    ...(random.chance(2) && { notifyFifo: { path: '/run/f i', owner: { user: 'nobody' }, script: command(random) } }),
    ...(random.chance(2) && { vrrpNotifyFifo: { path: '/run/f' } }),
    fifoWriteVrrpStatesOnReload: random.chance(2),
    ...(random.chance(3) && { startupScript: limited(), shutdownScript: limited() }),
    vrrpStartupDelay: seconds(random.between(0, 9) / 2),
    ...(random.chance(3) && { stateDumpFile: '/x/y z', statsDumpFile: '/s', jsonDumpFile: '/j' }),
    jsonVersion: random.pick([1, 2] as const),
    ...(random.chance(3) && { vrrpPriority: random.between(-20, 19) }),
    ...(random.chance(3) && { vrrpRtPriority: random.between(1, 99), vrrpRlimitRttime: random.between(1, 90_000) }),
    vrrpNoSwap: random.chance(3),
    ...(random.chance(3) && { processName: 'other' }),
  };
}

/** Family, version, and the ends of the adverts. */
function advertising(random: Random) {
  const family = random.pick(['ipv4', 'ipv6'] as const);
  const version = family === 'ipv6' ? 3 : random.pick([2, 3] as const);
  const [own, group] = family === 'ipv4' ? ['10.1.0.254', '224.0.0.77'] : ['2001:db8::ffff', 'ff02::77'];
  const srcIp = random.perhaps(() => ip(own));
  const unicast = random.perhaps(() => peersOf(random, family));
  return {
    family,
    version,
    ...(srcIp && { srcIp }),
    trackSrcIp: srcIp !== undefined && random.chance(2),
    mcastDstIp: unicast === undefined && random.chance(3) ? ip(group) : VRRP_GROUPS[family],
    ...(unicast && { unicast }),
    v3ChecksumAsV2: version === 3 && family === 'ipv4' && random.chance(3),
  };
}

function peersOf(random: Random, family: Family): UnicastSettings {
  const peers = random.list(3, (index) => ({
    address: ip(family === 'ipv4' ? `10.1.0.${index + 1}` : `2001:db8::7:${index}`),
    ...(random.chance(4) && { minTtl: random.between(0, 100) }),
    ...(random.chance(4) && { maxTtl: random.between(100, 255) }),
  }));
  const hasLimits = peers.some((peer) => 'minTtl' in peer || 'maxTtl' in peer);
  return {
    peers,
    ttl: random.pick([255, random.between(0, 254)]),
    checkSrc: hasLimits || random.chance(2),
    oldChecksum: random.pick(['never', 'always', 'as-heard']),
  };
}

function instance(random: Random, index: number, tracked: Tracked): VrrpInstance {
  const priority = random.between(1, 254);
  const state = random.chance(4) ? 'MASTER' : 'BACKUP';
  const nopreempt = state === 'BACKUP' && random.chance(2);
  const masterRefresh = random.perhaps(() => seconds(random.between(0, 60)));
  const ends = advertising(random);
  const { family, version } = ends;
  const addresses = random.list(5, (number) => address(random, number, family));
  const kernelRxBufSize = random.perhaps(() => random.between(1, 90_000));
  const [routes, rules] = [read(ROUTES).staticRoutes, read(ROUTES).staticRules];
  const states = ['master', 'backup', 'fault', 'stop', 'any', 'rxLowerPri'] as const;
  return anInstance({
    name: `${random.pick(NAMES)}${index}`,
    interface: 'eth0',
    virtualRouterId: index + 1,
    priority,
    state,
    nopreempt,
    preemptDelay: seconds(nopreempt || state === 'MASTER' ? 0 : random.between(0, 9) / 2),
    ...ends,
    advertInt: version === 2 ? seconds(random.between(1, 9)) : centiseconds(random.between(1, 4095)),
    downTimerAdverts: random.between(2, 5),
    authentication:
      version === 2 && random.chance(2)
        ? { type: 'PASS', password: random.pick(['a', 'x#!{}"', 'two w', '\\']) }
        : { type: 'none' },
    virtualAddresses: addresses,
    excludedAddresses: random.list(2, (number) => address(random, number + 100, random.pick(['ipv4', 'ipv6']))),
    virtualRoutes: routes.filter(() => random.chance(2)),
    virtualRules: rules.filter(() => random.chance(2)),
    tracks: tracks(random, tracked),
    dontTrackPrimary: random.chance(3),
    accept: random.chance(2),
    promoteSecondaries: random.chance(3),
    ...(kernelRxBufSize !== undefined && { kernelRxBufSize }),
    garp: {
      masterDelay: seconds(random.between(0, 6)),
      masterRepeat: random.between(1, 6),
      lowerPrioDelay: seconds(random.between(0, 6)),
      lowerPrioRepeat: random.between(0, 6),
      ...(masterRefresh !== undefined && { masterRefresh }),
      masterRefreshRepeat: random.between(1, 3),
    },
    lowerPrioNoAdvert: random.chance(3),
    higherPrioSendAdvert: random.chance(3),
    resetConnections: random.chance(2),
    notify: Object.fromEntries(states.filter(() => random.chance(2)).map((one) => [one, command(random)])),
    ...(random.chance(3) && { notifyDeleted: true }),
    notifyPriorityChanges: random.chance(3),
    smtpAlert: random.chance(3),
  });
}

const ROUTES = `static_routes {
10.8.0.0/16 via 10.1.0.2 metric 5
default dev eth0 scope link table 100
blackhole 10.9.0.0/16
blackhole 10.10.0.0/0 metric 7
192.0.2.0/24 via 10.1.0.2 dev eth0 onlink src 10.1.0.1 mtu 1300 tos 16 proto 4
2001:db8::/32 via 2001:db8:1::1
}
static_rules {
not from 10.0.0.0/8 to 192.0.2.0/24 fwmark 1/3 lookup 100 priority 7
iif eth0 goto 9
inet6 from 2001:db8::/32 prohibit
oif eth0 tos 16 suppress_prefixlength 0 lookup main
}
`;

t.test('made-up configurations', (t) => {
  let wrong = 0;
  for (let seed = 1; seed <= 400 && wrong < 3; seed += 1) {
    const random = new Random(seed);
    const scripts = random.list(3, (index) => script(random, index));
    const [files, processes] = [
      random.list(2, (index) => file(random, index)),
      random.list(2, (i) => process(random, i)),
    ];
    const tracked = { vrrpScripts: scripts, trackFiles: files, trackProcesses: processes };
    const { staticRoutes, staticRules } = read(ROUTES);
    const instances = random.list(4, (index) => instance(random, index, tracked));
    const members = instances.map(({ name }) => name).slice(0, 2);
    const config = aConfig({
      global: global(random),
      scripts,
      files,
      processes,
      delays: random.chance(2) ? [{ interface: 'bond7', down: seconds(0.5), up: seconds(0.75) }] : [],
      groups: members.length === 2 ? [group(random, 0, { members, tracked })] : [],
      instances,
      statics: {
        staticIpaddress: random.list(3, (index) => address(random, index, random.pick(['ipv4', 'ipv6']))),
        staticRoutes,
        staticRules,
      },
    });
    const found = difference(config, seed % 2 === 0);
    if (found === undefined) continue;
    wrong += 1;
    t.fail(`seed ${seed}: ${found}`);
  }
  t.equal(wrong, 0);
  t.end();
});

t.test('words and commands', (t) => {
  const text = (word: string) =>
    read(`global_defs {\nrouter_id ${quoteWord(word)}\n}\nvrrp_instance V {\ninterface e\nvirtual_router_id 1\n}`)
      .global.routerId;
  for (const word of ODD) if (!/[\n]/.test(word)) t.equal(text(word), word, JSON.stringify(word));
  const random = new Random(7);
  for (let round = 0; round < 2_000; round += 1) {
    const argv = [
      'x',
      ...random.list(5, () =>
        random.list(6, () => random.pick(['a', ' ', '"', "'", '\\', '\n', '#', '{', '$', 'ü'])).join(''),
      ),
    ];
    const outer = splitScript(quoteCommand(argv)).words;
    const inner = splitScript(outer[0]?.text ?? '').words.map((word) => word.text);
    if (outer.length !== 1 || !isEqual(inner, argv)) t.strictSame(inner, argv, quoteCommand(argv));
  }
  t.end();
});

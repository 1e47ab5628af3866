// A Config as the text of a keepalived.conf: what vrrpd understood, without comments, includes and definitions, and what it
// does not act upon as it was written. It reads back to an equal Config. Each field has its writer, so that none is forgotten.

import { formatPrefix } from '../address.js';
import { inSeconds, seconds, type Duration } from '../time.js';
import type {
  Command,
  Config,
  GlobalDefs,
  NotifyScripts,
  ScriptUser,
  VirtualAddress,
  VrrpInstance,
  VrrpScript,
} from './model.js';
import { isEqual } from './diff.js';
import { quoteCommand, quoteWord } from './quote.js';
import { describeRoute } from './route-text.js';

/** One or more lines, and whether they would mean the same when they were left out. */
interface Part {
  readonly lines: readonly string[];
  readonly standard: boolean;
}

/** Of each field that is not written elsewhere; a field that is added does not compile without a writer. */
type Writers<T, Context> = { readonly [Field in keyof T]-?: (value: T, context: Context) => Part };

interface Surroundings {
  readonly global: GlobalDefs;
  readonly scripts: ReadonlyMap<string, VrrpScript>;
}

/** The text; with `defaults` also what would be so anyway. */
export function printConfig(config: Config, { defaults }: { defaults: boolean }): string {
  const scripts = new Map(config.vrrpScripts.map((script) => [script.name, script]));
  const context = { global: config.global, scripts };
  const write = <T>(value: T, writers: Writers<T, Surroundings>): string[] =>
    (Object.keys(writers) as (keyof T)[])
      .map((field) => writers[field](value, context))
      .flatMap(({ lines, standard }) => (standard && !defaults ? [] : lines));
  const blocks = [
    block('global_defs', write(config.global, GLOBAL), { empty: false }),
    config.kept,
    block(
      'static_ipaddress',
      config.staticIpaddress.map((address) => addressLine(address)),
      { empty: false },
    ),
    block('static_routes', config.staticRoutes.map(describeRoute), { empty: false }),
    block('static_rules', config.staticRules.map(describeRoute), { empty: false }),
    ...config.vrrpScripts.map((script) => block(`vrrp_script ${quoteWord(script.name)}`, write(script, SCRIPT))),
    ...config.vrrpInstances.map((one) => block(`vrrp_instance ${quoteWord(one.name)}`, write(one, INSTANCE))),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join('\n')}\n`)
    .join('\n');
}

/** With its lines indented; nothing for one without lines that is not needed. */
const block = (title: string, lines: readonly string[], { empty = true } = {}): string[] =>
  lines.length === 0 && !empty ? [] : [`${title} {`, ...lines.map((line) => `    ${line}`), '}'];

const part = (lines: readonly string[], standard = false): Part => ({ lines, standard });
const NOTHING = part([]);
const elsewhere = (): Part => NOTHING;
const value = (keyword: string, text: string | number, standard: boolean): Part =>
  part([`${keyword} ${text}`], standard);
const flag = (keyword: string, set: boolean): Part => (set ? part([keyword]) : NOTHING);
const time = (keyword: string, duration: Duration, standard: boolean): Part =>
  value(keyword, inSeconds(duration), standard);

const GLOBAL: Writers<GlobalDefs, Surroundings> = {
  routerId: ({ routerId }) => (routerId === undefined ? NOTHING : value('router_id', quoteWord(routerId), false)),
  scriptUser: ({ scriptUser }) =>
    scriptUser === undefined ? NOTHING : value('script_user', userWords(scriptUser), false),
  enableScriptSecurity: ({ enableScriptSecurity }) => flag('enable_script_security', enableScriptSecurity),
  kept: ({ kept }) => part(kept),
};

const SCRIPT: Writers<VrrpScript, Surroundings> = {
  name: elsewhere,
  command: ({ command }, { global }) => {
    const { argv, runAs } = command;
    const own = runAs !== undefined && !isEqual(runAs, global.scriptUser);
    return part([`script ${quoteCommand(argv)}`, ...(own ? [`user ${userWords(runAs)}`] : [])]);
  },
  interval: ({ interval }) => time('interval', interval, interval === seconds(1)),
  timeout: ({ timeout }) => (timeout === undefined ? NOTHING : time('timeout', timeout, false)),
  weight: ({ weight, reverse }) => value('weight', weightWords(weight, reverse), weight === 0 && !reverse),
  reverse: elsewhere,
  rise: ({ rise }) => value('rise', rise, rise === 1),
  fall: ({ fall }) => value('fall', fall, fall === 1),
  initFail: ({ initFail }) => flag('init_fail', initFail),
  place: elsewhere,
  places: elsewhere,
};

const INSTANCE: Writers<VrrpInstance, Surroundings> = {
  name: elsewhere,
  state: ({ state, priority }) => value('state', state, state === (priority === 255 ? 'MASTER' : 'BACKUP')),
  interface: ({ interface: dev }) => value('interface', quoteWord(dev), false),
  virtualRouterId: ({ virtualRouterId }) => value('virtual_router_id', virtualRouterId, false),
  priority: ({ priority, state }) => value('priority', priority, priority === 100 && state === 'BACKUP'),
  advertInt: ({ advertInt }) => time('advert_int', advertInt, advertInt === seconds(1)),
  version: ({ version }) => value('version', version, version === 2),
  nopreempt: ({ nopreempt }) => (nopreempt ? part(['nopreempt']) : part(['preempt'], true)),
  preemptDelay: ({ preemptDelay }) => time('preempt_delay', preemptDelay, preemptDelay === seconds(0)),
  downTimerAdverts: ({ downTimerAdverts }) => value('down_timer_adverts', downTimerAdverts, downTimerAdverts === 3),
  authentication: ({ authentication }) =>
    authentication.type === 'none'
      ? NOTHING
      : part(block('authentication', ['auth_type PASS', `auth_pass ${quoteWord(textOf(authentication.password))}`])),
  mcastSrcIp: ({ mcastSrcIp }) => (mcastSrcIp === undefined ? NOTHING : value('mcast_src_ip', mcastSrcIp, false)),
  virtualAddresses: (one) => addresses('virtual_ipaddress', one.virtualAddresses, one.interface),
  excludedAddresses: (one) => addresses('virtual_ipaddress_excluded', one.excludedAddresses, one.interface),
  virtualRoutes: ({ virtualRoutes }) => entries('virtual_routes', virtualRoutes.map(describeRoute)),
  virtualRules: ({ virtualRules }) => entries('virtual_rules', virtualRules.map(describeRoute)),
  trackScripts: ({ trackScripts }, { scripts }) =>
    entries(
      'track_script',
      trackScripts.map(({ script, weight, reverse }) => {
        const defined = scripts.get(script);
        const same = defined?.weight === weight && defined.reverse === reverse;
        return `${quoteWord(script)}${same ? '' : ` weight ${weightWords(weight, reverse)}`}`;
      }),
    ),
  dontTrackPrimary: ({ dontTrackPrimary }) => flag('dont_track_primary', dontTrackPrimary),
  garp: ({ garp }) => garpPart(garp),
  lowerPrioNoAdvert: ({ lowerPrioNoAdvert }) =>
    value('lower_prio_no_advert', String(lowerPrioNoAdvert), !lowerPrioNoAdvert),
  higherPrioSendAdvert: ({ higherPrioSendAdvert }) =>
    value('higher_prio_send_advert', String(higherPrioSendAdvert), !higherPrioSendAdvert),
  notify: ({ notify }, { global }) => part(notifyLines(notify, global)),
  kept: ({ kept }) => part(kept),
  place: elsewhere,
  places: elsewhere,
};

const entries = (title: string, lines: readonly string[]): Part => part(block(title, lines, { empty: false }));

const addresses = (title: string, list: readonly VirtualAddress[], dev: string): Part =>
  entries(
    title,
    list.map((address) => addressLine(address, dev)),
  );

/** With its interface, unless that is the one of its instance. */
function addressLine(address: VirtualAddress, usual?: string): string {
  const { prefix, dev, scope, label, broadcast, peer, flags = [], preferredLft, noTrack } = address;
  const words: (readonly [string, string | number | undefined])[] = [
    ['brd', broadcast],
    ['dev', dev === usual ? undefined : quoteWord(dev)],
    ['scope', scope === 0 ? undefined : scope],
    ['label', label === undefined ? undefined : quoteWord(label)],
    ['peer', peer && formatPrefix(peer)],
    ['preferred_lft', preferredLft],
  ];
  const options = words.flatMap(([keyword, text]) => (text === undefined ? [] : [`${keyword} ${text}`]));
  const names = flags.map((one) => (one === 'dad' ? '-nodad' : one));
  return [formatPrefix(prefix), ...options, ...names, ...(noTrack ? ['no_track'] : [])].join(' ');
}

function garpPart(garp: VrrpInstance['garp']): Part {
  const { masterDelay, masterRepeat, lowerPrioDelay, lowerPrioRepeat, masterRefresh, masterRefreshRepeat } = garp;
  const lines = [
    `garp_master_delay ${inSeconds(masterDelay)}`,
    `garp_master_repeat ${masterRepeat}`,
    `garp_lower_prio_delay ${inSeconds(lowerPrioDelay)}`,
    `garp_lower_prio_repeat ${lowerPrioRepeat}`,
    ...(masterRefresh === undefined ? [] : [`garp_master_refresh ${inSeconds(masterRefresh)}`]),
    `garp_master_refresh_repeat ${masterRefreshRepeat}`,
  ];
  return part(lines, isEqual(garp, STANDARD_GARP));
}

const STANDARD_GARP: VrrpInstance['garp'] = {
  masterDelay: seconds(5),
  masterRepeat: 5,
  lowerPrioDelay: seconds(5),
  lowerPrioRepeat: 5,
  masterRefreshRepeat: 1,
};

const KEYWORDS: Readonly<Record<keyof NotifyScripts, string>> = {
  master: 'notify_master',
  backup: 'notify_backup',
  fault: 'notify_fault',
  stop: 'notify_stop',
  any: 'notify',
};

function notifyLines(notify: NotifyScripts, global: GlobalDefs): string[] {
  const states = Object.keys(KEYWORDS) as (keyof NotifyScripts)[];
  return states.flatMap((state) => {
    const command = notify[state];
    return command === undefined ? [] : [`${KEYWORDS[state]} ${commandWords(command, global.scriptUser)}`];
  });
}

const commandWords = ({ argv, runAs }: Command, usual: ScriptUser | undefined): string =>
  `${quoteCommand(argv)}${runAs === undefined || isEqual(runAs, usual) ? '' : ` ${userWords(runAs)}`}`;

const userWords = ({ user, group }: ScriptUser): string =>
  `${quoteWord(user)}${group === undefined ? '' : ` ${quoteWord(group)}`}`;

const weightWords = (weight: number, reverse: boolean): string => `${weight}${reverse ? ' reverse' : ''}`;

/** The octets of the password are those of UTF-8 text. */
const textOf = (octets: string): string =>
  new TextDecoder().decode(Uint8Array.from(octets, (letter) => letter.charCodeAt(0)));

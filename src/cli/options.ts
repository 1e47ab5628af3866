// keepalived's options as data: those that mean something here, and those that are accepted and named at start; and the
// way getopt(3) reads short ones ("-nlD", "-f/etc/x"), turned into long ones, so that yargs sees one form only.

interface KeepalivedOption {
  readonly short?: string;
  readonly argument?: 'required' | 'optional';
  /** Present where the option has a meaning here. */
  readonly description?: string;
  /** Present where going on without it would be something else than was asked for. */
  readonly refused?: string;
}

/** By long name. */
export const KEEPALIVED_OPTIONS: Readonly<Record<string, KeepalivedOption>> = {
  'use-file': { short: 'f', argument: 'required', description: 'the configuration file' },
  'dont-fork': { short: 'n', description: 'stay in the foreground, also when called as keepalived' },
  'log-console': { short: 'l', description: 'log to standard error, as it does in the foreground anyway' },
  'log-detail': { short: 'D', description: 'log details' },
  vrrp: { short: 'P', description: 'VRRP only, as it does anyway' },
  pid: { short: 'p', argument: 'required', description: 'the pid file' },
  vrrp_pid: { short: 'r', argument: 'required', description: 'another pid file with the same content' },
  'config-test': { short: 't', argument: 'optional', description: 'check the configuration; messages to this file' },
  signum: { argument: 'required', description: 'print a signal number: STOP RELOAD DATA STATS STATS_CLEAR JSON' },
  'log-facility': {
    short: 'S',
    argument: 'required',
    description: 'syslog facility: 0-7, local0-local7, user, daemon',
  },
  'all-config': { short: 'e', description: 'files that are included must be there' },
  'no-syslog': { short: 'G', description: 'log nothing to syslog' },
  'config-id': { short: 'i', argument: 'required', description: 'what @conditions ask for; else the host name' },
  namespace: { short: 's', argument: 'required', refused: 'start the program in the network namespace instead' },
  check: { short: 'C', refused: 'there are no health checkers of virtual servers yet' },
  genhash: { short: 'T', refused: 'digests of web pages are not made here' },
  no_bfd: { short: 'B' },
  all: {},
  umask: { short: 'u', argument: 'required' },
  'release-vips': { short: 'X' },
  'dont-release-vrrp': { short: 'V' },
  'dont-release-ipvs': { short: 'I' },
  'dont-respawn': { short: 'R' },
  'dump-conf': { short: 'd' },
  checkers_pid: { short: 'c', argument: 'required' },
  'address-monitoring': { short: 'a' },
  bfd_pid: { short: 'b', argument: 'required' },
  snmp: { short: 'x' },
  'snmp-agent-socket': { short: 'A', argument: 'required' },
  'core-dump': { short: 'm' },
  'core-dump-pattern': { short: 'M', argument: 'optional' },
  version: { short: 'v' },
  help: { short: 'h' },
};

/** Those of the daemon that keepalived does not have. */
export const OWN_OPTIONS = {
  'log-format': { choices: ['text', 'json'], default: 'text', describe: 'how a line of the log looks' },
  'notify-limit': { type: 'number', describe: 'seconds after which a notify script is ended; else none is' },
  record: { type: 'string', describe: 'write what comes in and what it leads to into this file, for vrrpd replay' },
} as const;

const BY_SHORT = new Map(
  Object.entries(KEEPALIVED_OPTIONS).flatMap(([long, { short }]) => (short === undefined ? [] : [[short, long]])),
);

/** Words of a command line with every known short option as a long one; an unknown one stays as it is. */
export function withLongOptions(words: readonly string[]): string[] {
  const long: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return [...long, ...words.slice(index)];
    if (/^--[^=]+$/.test(word) && takesNext(word.slice(2))) long.push(`${word}=${words[(index += 1)] ?? ''}`);
    else if (!/^-[^-]/.test(word)) long.push(word);
    else if (expand(word.slice(1), words[index + 1], long)) index += 1;
  }
  return long;
}

const takesNext = (name: string): boolean => KEEPALIVED_OPTIONS[name]?.argument === 'required';

/** Appends the letters of one word; true when the last of them took the next word as its argument. */
function expand(letters: string, next: string | undefined, long: string[]): boolean {
  for (const [position, letter] of letters.split('').entries()) {
    const name = BY_SHORT.get(letter);
    const argument = name === undefined ? undefined : KEEPALIVED_OPTIONS[name]?.argument;
    const rest = letters.slice(position + 1).replace(/^=/, '');
    if (name === undefined) long.push(`-${letter}`);
    else if (argument === undefined) long.push(`--${name}`);
    else if (rest !== '') {
      long.push(`--${name}=${rest}`);
      return false;
    } else {
      long.push(argument === 'required' ? `--${name}=${next ?? ''}` : `--${name}`);
      return argument === 'required' && next !== undefined;
    }
  }
  return false;
}

/** Why the options given can't be obeyed, a line each. */
export const refusals = (given: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(KEEPALIVED_OPTIONS).flatMap(([option, { refused }]) =>
    refused !== undefined && given[option] !== undefined ? [`--${option}: ${refused}`] : [],
  );

/** Those given that mean nothing here, as --option. */
export const withoutMeaning = (given: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(KEEPALIVED_OPTIONS)
    .filter(([option]) => option !== 'version' && option !== 'help' && given[option] !== undefined)
    .filter(([, { description, refused }]) => description === undefined && refused === undefined)
    .map(([option]) => `--${option}`);

/** syslog(3)'s number of a facility as keepalived's -S takes it; undefined for another word. */
export function facilityNumber(word: string): number | undefined {
  const local = /^(?:local)?([0-7])$/.exec(word)?.[1];
  if (local !== undefined) return 16 + Number(local);
  return { user: 1, daemon: 3 }[word];
}

/** keepalived's names of signals with their numbers, for --signum. */
export const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  STOP: 15,
  RELOAD: 1,
  DATA: 10,
  STATS: 12,
  JSON: 36,
  STATS_CLEAR: 63,
};

// The checks that vrrpd makes itself, without a program: `vrrpd probe tcp|http|haproxy ...`, typed as a command or written as
// the script of a check, and the file behind a "<". It reads what is asked for and says what is wrong with it; it connects
// to nothing.

import { named } from './diagnostic.js';

export type Probe =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'http'; readonly url: string; readonly status: number; readonly match?: string }
  | { readonly kind: 'haproxy'; readonly socket: string; readonly frontend?: string }
  /** Whether the file can be read. */
  | { readonly kind: 'file'; readonly path: string };

type Options = ReadonlyMap<string, string>;

interface Form {
  readonly target: string;
  readonly options: readonly string[];
  read(target: string, options: Options): Probe | string;
}

const FORMS: ReadonlyMap<string, Form> = new Map([
  ['tcp', { target: 'HOST:PORT', options: [], read: readTcp }],
  ['http', { target: 'URL', options: ['status', 'match'], read: readHttp }],
  ['haproxy', { target: 'SOCKET', options: ['frontend'], read: readHaproxy }],
]);

/** The probe that a command is, what is wrong with it as one, or undefined: a program like any other. */
export function probeOf([program = '', ...words]: readonly string[]): Probe | string | undefined {
  if (program.startsWith('<')) return readRedirection([program.slice(1), ...words].filter((word) => word !== ''));
  const [subcommand, ...rest] = words;
  return program.split('/').at(-1) === 'vrrpd' && subcommand === 'probe' ? parseProbe(rest) : undefined;
}

/** The words behind `vrrpd probe`; a text says what is wrong with them. */
export function parseProbe([kind, ...words]: readonly string[]): Probe | string {
  const form = FORMS.get(kind ?? '');
  if (kind === undefined || form === undefined) {
    const wrong = kind === undefined ? 'there is nothing to probe' : `${named(kind)} can not be probed`;
    return `${wrong}: write tcp HOST:PORT, http URL or haproxy SOCKET`;
  }
  const split = splitOptions(words, form.options);
  if (typeof split === 'string') return split;
  const [target, extra] = split.targets;
  if (target === undefined || target === '') return `${kind} needs its ${form.target}`;
  return extra === undefined ? form.read(target, split.options) : `${named(extra)} is one word too many`;
}

/** `--name value` and `--name=value`, before and behind the target. */
function splitOptions(
  words: readonly string[],
  known: readonly string[],
): { readonly targets: string[]; readonly options: Options } | string {
  const targets: string[] = [];
  const options = new Map<string, string>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const [, name, attached] = /^--?([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      targets.push(word);
      continue;
    }
    if (!known.includes(name) || !word.startsWith('--')) return `there is no option ${named(word)} here`;
    if (options.has(name)) return `--${name} stands twice`;
    const value = attached ?? words[(index += 1)];
    if (value === undefined || value === '') return `--${name} needs a value`;
    options.set(name, value);
  }
  return { targets, options };
}

function readTcp(target: string): Probe | string {
  const [, bracketed, plain, digits] = /^(?:\[([^[\]]+)\]|([^[\]]*)):(\d+)$/.exec(target) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return `${named(target)} is not HOST:PORT`;
  if (host === '') return `${named(target)} has no host`;
  if (plain?.includes(':')) return `${named(target)}: an IPv6 address stands in brackets, as in [::1]:80`;
  if (bracketed !== undefined && !bracketed.includes(':')) return `${named(target)}: only an IPv6 address has brackets`;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return `${named(target)}: a port is 1 to 65535`;
  return { kind: 'tcp', host, port };
}

function readHttp(target: string, options: Options): Probe | string {
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return `${named(target)} is no http: or https: URL`;
  const status = options.get('status') ?? '200';
  if (!/^[2-5]\d\d$/.test(status)) return `--status is 200 to 599, not ${named(status)}`;
  const match = options.get('match');
  return { kind: 'http', url: target, status: Number(status), ...(match !== undefined && { match }) };
}

function readHaproxy(target: string, options: Options): Probe | string {
  if (!target.startsWith('/')) return `${named(target)} is no path of a socket: it begins with a slash`;
  const frontend = options.get('frontend');
  return { kind: 'haproxy', socket: target, ...(frontend !== undefined && { frontend }) };
}

/** keepalived hands "</path" to a shell, which opens the file; /dev/tcp/HOST/PORT is what bash makes of such a name. */
function readRedirection([path, extra]: readonly string[]): Probe | string {
  if (path?.startsWith('/') !== true) return 'behind "<" stands the path of a file, beginning with a slash';
  if (extra !== undefined) return `${named(extra)} is one word too many behind the path of a file`;
  const [, protocol, host = '', port = ''] = /^\/dev\/(tcp|udp)\/(.*?)(?:\/(\d+))?$/.exec(path) ?? [];
  if (protocol === 'udp') return '/dev/udp tells nothing of a service: no connection is made';
  if (protocol === 'tcp') return readTcp(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
  return { kind: 'file', path };
}

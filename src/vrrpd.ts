// The command line: run (the default), check, status; and keepalived's options with their meaning, since unit files and
// scripts call this program as keepalived. It decides what to do and leaves the doing to src/cli/; what the daemon does not
// need is loaded when it is asked for, so that a start is quicker.

import { basename } from 'node:path';
import yargs from 'yargs';
import { check, configTest, failed, ignoredCodes } from './cli/check.js';
import {
  facilityNumber,
  KEEPALIVED_OPTIONS,
  OWN_OPTIONS,
  refusals,
  SIGNAL_NUMBERS,
  withLongOptions,
  withoutMeaning,
} from './cli/options.js';
import { detach, launcherOfThis, run } from './cli/run.js';
import { CONTROL_SOCKET } from './daemon/control.js';
import { CommandFailure, EXIT, type ExitCode } from './daemon/exit-code.js';
import { VERSION } from './daemon/version.js';
import { STORIES } from './sim/stories.js';

const CONFIGURATION_FILE = '/etc/keepalived/keepalived.conf';
const name = basename(process.argv[1] ?? '') === 'keepalived' ? 'keepalived' : 'vrrpd';

const program = yargs()
  .scriptName(name)
  .usage('$0 keeps a virtual IP address on exactly one of two or more hosts (VRRP).')
  .command(
    'check [file..]',
    'say what is wrong with configurations; exit code 0 usable, 2 errors, 6 no file',
    (command) =>
      command
        .positional('file', { type: 'string', array: true, default: [CONFIGURATION_FILE] })
        .option('pair', {
          type: 'boolean',
          default: false,
          describe: 'two files: those of two hosts that share addresses',
        })
        .option('host', { type: 'boolean', default: false, describe: 'also what this host lacks for them' })
        .option('strict', { type: 'boolean', default: false, describe: 'exit code 1 when there is a warning' })
        .option('ignore', {
          type: 'string',
          array: true,
          nargs: 1,
          default: [],
          describe: 'not these warnings and hints',
        })
        .option('json', { type: 'boolean', default: false, describe: 'the same as JSON' })
        .option('config-id', { type: 'string', alias: 'i', describe: 'what @conditions ask for; else the host name' }),
    ({ file, pair, json, strict, host, ignore, 'config-id': id }) =>
      finish(async () => {
        const sources = file.map((one) => ({ file: one, ...(id !== undefined && { configId: id }) }));
        const request = { sources, json, strict, ignored: ignoredCodes(ignore) };
        return pair ? (await import('./cli/pair.js')).checkPair(request) : check({ ...request, host });
      }),
  )
  .command(
    'simulate [node..]',
    'play failures on a simulated network of these hosts; exit code 0 played, 2 errors, 6 no file',
    (command) =>
      command
        .positional('node', {
          type: 'string',
          array: true,
          default: [],
          describe: 'the configurations of the hosts, two or more',
        })
        .option('story', {
          type: 'string',
          default: 'all',
          describe: `${STORIES.join(', ')}, all, or a file (see docs/STORIES.md)`,
        })
        .option('peer', { choices: ['keepalived'] as const, describe: 'what all hosts but the first run, else vrrpd' })
        .option('pcap', { type: 'string', describe: 'write what goes over the wire into this file' })
        .option('seed', { type: 'number', default: 1, describe: 'which packets are lost, where a story loses some' })
        .option('json', { type: 'boolean', default: false, describe: 'the same as JSON' })
        .option('config-id', {
          type: 'string',
          alias: 'i',
          array: true,
          nargs: 1,
          default: [],
          describe: 'what @conditions ask for: once, or once for each file',
        }),
    ({ node, story, peer, pcap, seed, json, 'config-id': configIds }) =>
      finish(async () => {
        const { simulate } = await import('./cli/simulate.js');
        return simulate({
          ...{ files: node, configIds, story, json, seed },
          ...(peer !== undefined && { peer }),
          ...(pcap !== undefined && { pcap }),
        });
      }),
  )
  .command(
    'config [file]',
    'print a configuration as it is understood, without what would be so anyway',
    (command) =>
      command
        .positional('file', { type: 'string', default: CONFIGURATION_FILE })
        .option('defaults', { type: 'boolean', default: false, describe: 'also what would be so anyway' })
        .option('config-id', { type: 'string', alias: 'i', describe: 'what @conditions ask for; else the host name' }),
    ({ file, defaults, 'config-id': id }) =>
      finish(async () => {
        const { printConfiguration } = await import('./cli/config.js');
        return printConfiguration({ file, ...(id !== undefined && { configId: id }) }, { defaults });
      }),
  )
  .command(
    'status',
    'show who is master and why; exit code 0 running, 3 not running',
    (command) =>
      command
        .option('json', { type: 'boolean', default: false, describe: 'the same as JSON' })
        .option('socket', { type: 'string', default: CONTROL_SOCKET, describe: 'the control socket' }),
    ({ json, socket }) => finish(async () => (await import('./cli/status.js')).status({ json, socket })),
  )
  .command(
    'reload',
    'go over to the configuration file as it is now; exit code 0 done, 2 refused, 3 not running, 4 not root',
    (command) => command.option('socket', { type: 'string', default: CONTROL_SOCKET, describe: 'the control socket' }),
    ({ socket }) => finish(async () => (await import('./cli/reload.js')).reload({ socket })),
  )
  .command(
    'probe <kind> <target>',
    'look once at tcp HOST:PORT, http URL or haproxy SOCKET; exit code 0 as it should be, 1 not',
    (command) =>
      command
        .positional('kind', { type: 'string', describe: 'tcp, http or haproxy' })
        .positional('target', { type: 'string', describe: 'HOST:PORT, a URL, or the path of a stats socket' })
        .option('status', { type: 'string', describe: 'http: the status of the answer, else 200' })
        .option('match', { type: 'string', describe: 'http: a text that the answer has in it' })
        .option('frontend', { type: 'string', describe: 'haproxy: a frontend that is open' }),
  )
  .command(
    'failover <name>',
    'an instance or sync group gives its addresses up once; exit code 0 done, 1 it has none, 3 not running, 4 not root',
    (command) =>
      command
        .positional('name', { type: 'string', demandOption: true, describe: 'a vrrp_instance or vrrp_sync_group' })
        .option('socket', { type: 'string', default: CONTROL_SOCKET, describe: 'the control socket' }),
    ({ name: subject, socket }) =>
      finish(async () => {
        const { order } = await import('./cli/order.js');
        return order({ socket, command: 'failover', words: { name: subject } });
      }),
  )
  .command(
    'maintenance <state>',
    'on: this host does not become master until off, or until the time is over; exit codes as for failover',
    (command) =>
      command
        .positional('state', { choices: ['on', 'off'], demandOption: true })
        .option('for', { type: 'string', describe: 'it ends by itself after so long: 90s, 10m, 2h, 1d' })
        .option('socket', { type: 'string', default: CONTROL_SOCKET, describe: 'the control socket' }),
    ({ state, for: length, socket }) =>
      finish(async () => {
        const { order, parseLength } = await import('./cli/order.js');
        const words = { on: state === 'on', ...(length !== undefined && { seconds: parseLength(length) }) };
        return order({ socket, command: 'maintenance', words });
      }),
  )
  .command(
    'cleanup',
    'remove what a killed daemon left on this host; exit code 0 done or nothing there, 1 refused, 4 no permission',
    (command) => command,
    () => finish(async () => (await import('./cli/cleanup.js')).cleanup()),
  )
  .command(
    'replay <file>',
    'play what --record wrote; exit code 0 all as recorded, 1 a difference, 2 no recording',
    (command) =>
      command
        .positional('file', { type: 'string', demandOption: true, describe: 'FILE or FILE.1' })
        .option('json', { type: 'boolean', default: false, describe: 'the same as lines of JSON' }),
    ({ file, json }) => finish(async () => (await import('./cli/replay.js')).replay({ file, json })),
  )
  .command(
    '$0',
    'run the daemon',
    (command) => {
      for (const [option, { argument, short, description }] of Object.entries(KEEPALIVED_OPTIONS))
        if (option !== 'version' && option !== 'help')
          command.option(option, {
            ...(short !== undefined && { alias: short }),
            type: argument === undefined ? 'boolean' : 'string',
            ...(description === undefined ? { hidden: true } : { describe: description }),
          });
      return command.options(OWN_OPTIONS);
    },
    (argv) => finish(() => serve(argv)),
  )
  .showHelpOnFail(false, 'See --help for the options.')
  .epilogue('More options of keepalived are accepted and named at start; see the manual page vrrpd(8).')
  .version(`vrrpd v${VERSION}`)
  .help()
  .alias({ v: 'version', h: 'help' })
  .strict()
  .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false })
  .wrap(80);

const words = process.argv.slice(2);
// A probe has the same words here as in a configuration file, and one reader for both; yargs knows its help.
if (words[0] === 'probe' && !/^(-h|--help)$/.test(words[1] ?? ''))
  void finish(async () => (await import('./cli/probe.js')).probe(words.slice(1)));
else
  void program.parse(withLongOptions(words), {}, (error, _argv, output) => {
    if (output !== '') (error ? process.stderr : process.stdout).write(`${output}\n`);
    // To `replay` 1 is a difference.
    if (error) process.exitCode = words[0] === 'replay' ? EXIT.configuration : EXIT.refused;
  });

/** Carries a command out; its exit code becomes the process's. */
async function finish(command: () => ExitCode | Promise<ExitCode>): Promise<void> {
  try {
    end(await command());
  } catch (error) {
    end(failed(error));
  }
}

/** Output that a slow pipe has not taken yet goes out first. */
function end(code: ExitCode): void {
  process.exitCode = code;
  process.stdout.write('', () => process.exit(code));
}

/** The default command, with keepalived's options. */
function serve(argv: Readonly<Record<string, unknown>>): ExitCode | Promise<ExitCode> {
  const text = (option: string): string | undefined => {
    const value = argv[option];
    return typeof value === 'string' ? value : undefined;
  };
  const signum = text('signum');
  if (signum !== undefined) return printSignal(signum);
  const facility = facilityNumber(text('log-facility') ?? 'daemon');
  const limit = argv['notify-limit'] as number | undefined;
  const refused = [
    ...refusals(argv),
    ...(facility === undefined ? ['--log-facility: no such facility'] : []),
    ...(limit === undefined || limit > 0 ? [] : ['--notify-limit: a number of seconds above 0']),
  ];
  if (refused.length > 0 || facility === undefined) throw new CommandFailure(EXIT.refused, refused);
  const configId = text('config-id');
  const source = {
    file: text('use-file') ?? CONFIGURATION_FILE,
    allMustExist: argv['all-config'] === true,
    ...(configId !== undefined && { configId }),
  };
  const test = text('config-test');
  if (test !== undefined) return configTest(source, test);
  const launcher = launcherOfThis();
  if (name === 'keepalived' && argv['dont-fork'] !== true && launcher === undefined) return detach();
  const [pidFile, vrrpPidFile] = [text('pid'), text('vrrp_pid')];
  const files = { ...(pidFile !== undefined && { pidFile }), ...(vrrpPidFile !== undefined && { vrrpPidFile }) };
  const log = { detailed: argv['log-detail'] === true, facility, withoutSyslog: argv['no-syslog'] === true };
  const record = text('record');
  const more = {
    jsonLog: argv['log-format'] === 'json',
    ...(limit !== undefined && { notifyLimit: limit * 1000 }),
    ...(record !== undefined && { record }),
  };
  return run({ name, source, ...files, ...log, ...more, withoutMeaning: withoutMeaning(argv) }, launcher);
}

function printSignal(signal: string): ExitCode {
  const number = SIGNAL_NUMBERS[signal];
  if (number === undefined) {
    process.stderr.write(`unknown signal ${signal}: one of ${Object.keys(SIGNAL_NUMBERS).join(' ')}\n`);
    return EXIT.refused;
  }
  process.stdout.write(`${number}\n`);
  return EXIT.normal;
}

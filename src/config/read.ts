// keepalived.conf -> Config with diagnostics. Never throws and reads no file itself: a loader is handed in.
// The signatures are final. This first version reads what layout 1 needs and checks nothing yet; tokens, expand, tree,
// the keyword tables, completion and lints replace `statements` and `instance` below.

import { parsePrefix } from '../address.js';
import { milliseconds, seconds } from '../time.js';
import type { Diagnostic } from './diagnostic.js';
import type { Config, Place, VrrpInstance, VrrpScript } from './model.js';

export { printDiagnostic } from './diagnostic.js';
export type { Diagnostic } from './diagnostic.js';

/** `config` is absent when the file cannot be used; `load` gives a file's text, or undefined when there is none. */
export function readConfig(request: { file: string; load: (file: string) => string | undefined }): {
  config?: Config;
  diagnostics: readonly Diagnostic[];
} {
  const text = request.load(request.file);
  const place: Place = { file: request.file, line: 1, column: 1 };
  if (text === undefined)
    return {
      diagnostics: [{ place, length: 1, severity: 'error', code: 'missing-file', words: 'there is no such file' }],
    };
  const root = statements(text);
  const routerId = root.find(({ words }) => words[0] === 'global_defs')?.inside.find(is('router_id'))?.words[1];
  const vrrpScripts = root.filter(is('vrrp_script')).map((block) => script(block, place));
  return {
    config: {
      global: { ...(routerId === undefined ? {} : { routerId }), enableScriptSecurity: false },
      vrrpScripts,
      vrrpInstances: root.filter(is('vrrp_instance')).map((block) => instance({ block, vrrpScripts, place })),
    },
    diagnostics: [],
  };
}

interface Statement {
  words: string[];
  inside: Statement[];
}

const is = (keyword: string) => (statement: Statement) => statement.words[0] === keyword;

function statements(text: string): Statement[] {
  const root: Statement[] = [];
  const open = [root];
  for (const line of text.split('\n')) {
    const words: string[] = line.replace(/[#!].*/, '').match(/"[^"]*"|[^\s{}"]+|[{}]/g) ?? [];
    const plain = words.filter((word) => !/^[{}]$/.test(word)).map((word) => word.replaceAll('"', ''));
    const statement = { words: plain, inside: [] };
    if (plain.length > 0) open.at(-1)?.push(statement);
    if (words.includes('{')) open.push(statement.inside);
    if (words.includes('}') && open.length > 1) open.pop();
  }
  return root;
}

function script(block: Statement, place: Place): VrrpScript {
  const value = (keyword: string) => block.inside.find(is(keyword))?.words[1];
  const [path = '', ...rest] = (value('script') ?? '').split(/\s+/);
  const timeout = value('timeout');
  return {
    name: block.words[1] ?? '',
    command: { argv: [path, ...rest], place },
    interval: seconds(Number(value('interval') ?? 1)),
    ...(timeout === undefined ? {} : { timeout: seconds(Number(timeout)) }),
    weight: Number(value('weight') ?? 0),
    reverse: false,
    rise: Number(value('rise') ?? 1),
    fall: Number(value('fall') ?? 1),
    initFail: block.inside.some(is('init_fail')),
    place,
  };
}

function instance(request: { block: Statement; vrrpScripts: VrrpScript[]; place: Place }): VrrpInstance {
  const { block, vrrpScripts, place } = request;
  const value = (keyword: string) => block.inside.find(is(keyword))?.words[1];
  const inside = (keyword: string) => block.inside.find(is(keyword))?.inside ?? [];
  const dev = value('interface') ?? '';
  const password = inside('authentication').find(is('auth_pass'))?.words[1];
  return {
    name: block.words[1] ?? '',
    state: value('state') === 'MASTER' ? 'MASTER' : 'BACKUP',
    interface: dev,
    virtualRouterId: Number(value('virtual_router_id')),
    priority: Number(value('priority') ?? (value('state') === 'MASTER' ? 255 : 100)),
    advertInt: seconds(Number(value('advert_int') ?? 1)),
    version: 2,
    nopreempt: block.inside.some(is('nopreempt')),
    preemptDelay: milliseconds(0),
    downTimerAdverts: 3,
    authentication: password === undefined ? { type: 'none' } : { type: 'PASS', password },
    virtualAddresses: inside('virtual_ipaddress').flatMap(({ words: [text = ''] }) => {
      const prefix = parsePrefix(text);
      return prefix === undefined ? [] : [{ prefix, dev, scope: 0, place }];
    }),
    excludedAddresses: [],
    trackScripts: inside('track_script').flatMap(({ words: [name] }) => {
      const found = vrrpScripts.find((one) => one.name === name);
      return found === undefined ? [] : [{ script: found.name, weight: found.weight, reverse: false }];
    }),
    dontTrackPrimary: false,
    garp: {
      masterDelay: seconds(5),
      masterRepeat: 5,
      lowerPrioDelay: seconds(5),
      lowerPrioRepeat: 5,
      masterRefreshRepeat: 1,
    },
    lowerPrioNoAdvert: false,
    higherPrioSendAdvert: false,
    notify: {},
    place,
  };
}

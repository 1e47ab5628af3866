// Who may import what: the table of docs/ARCHITECTURE.md as data, and the rule that holds each file of src to it.
// It is what keeps the core free of the operating system, so a new row or a wider one needs a reason.

import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';
import { finding, isTypeScriptOfSrc, moduleOf, walk, type Rule, type Source } from './source.js';

interface Row {
  /** Modules of src: "time", "config/model", or a whole folder: "track/". Its own folder is open to every file. */
  readonly modules: readonly string[];
  /** Those of which it may import types alone. */
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
  readonly node?: true;
}

const PROTOCOL = ['time', 'address', 'track/', 'vrrp/', 'config/'];
const PURE = [...PROTOCOL, 'packet/', 'notify/', 'status/', 'advice/'];
const SIMULATED = [...PROTOCOL, 'packet/', 'status/', 'daemon/loop'];
const EVERYTHING: Row = {
  modules: [...PURE, 'sim/', 'linux/', 'daemon/', 'cli/'],
  packages: ['netlink', 'nodemailer', 'pino', 'raw-socket', 'yargs'],
  node: true,
};

/** By module, else by folder. */
const TABLE: Readonly<Record<string, Row>> = {
  time: { modules: [] },
  address: { modules: [], packages: ['ipaddr.js'] },
  'packet/': { modules: ['time', 'address'] },
  'config/': { modules: ['time', 'address'] },
  'track/': { modules: ['time', 'config/model'] },
  'vrrp/': {
    modules: ['time', 'address', 'config/model', 'config/diff', 'config/route-text', 'config/tracks', 'track/'],
    types: ['packet/'],
  },
  'notify/': { modules: PROTOCOL },
  // A transcript tells of packets too.
  'status/': { modules: [...PROTOCOL, 'packet/describe'] },
  'sim/': { modules: SIMULATED },
  // The election is played, not guessed.
  'advice/': { modules: [...PROTOCOL, 'sim/'] },
  'linux/': {
    // config/probe: a command that is a probe is carried out without a process, and it alone can tell which one is.
    modules: ['time', 'address', 'packet/', 'config/probe'],
    // Inputs and effects, and what they are made of: addresses and commands of the configuration, outcomes of scripts.
    types: ['vrrp/', 'config/model', 'track/script', 'track/file'],
    packages: ['netlink', 'raw-socket'],
    node: true,
  },
  'daemon/loop': { modules: PURE },
  'daemon/': EVERYTHING,
  'cli/': EVERYTHING,
  vrrpd: EVERYTHING,
};

interface Import {
  readonly specifier: string;
  readonly typesOnly: boolean;
  readonly line: number;
}

/** Everything that names another module: import and export statements, import(), require() and import types. */
function importsOf(source: Source): Import[] {
  const imports: Import[] = [];
  walk(source, (node, line) => {
    const add = (specifier: ts.Node | undefined, typesOnly: boolean): void => {
      if (specifier && ts.isStringLiteralLike(specifier)) imports.push({ specifier: specifier.text, typesOnly, line });
    };
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, importsTypesOnly(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
    else if (ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText()))
      add(node.arguments[0], false);
  });
  return imports;
}

function importsTypesOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = clause;
  const named = namedBindings && ts.isNamedImports(namedBindings) ? namedBindings.elements : [];
  return name === undefined && named.length > 0 && named.every((element) => element.isTypeOnly);
}

const matches = (module: string, allowed: readonly string[] = []): boolean =>
  allowed.some((entry) => (entry.endsWith('/') ? module.startsWith(entry) : module === entry));

/** What is wrong with an import of a file in the row of this key; undefined when nothing is. */
function objection(key: string, from: string, { specifier, typesOnly }: Import): string | undefined {
  const row = TABLE[key] ?? { modules: [] };
  if (specifier.startsWith('.')) {
    const target = moduleOf(posix.join('src', posix.dirname(from), specifier));
    if (target.startsWith('..') || target.startsWith('test/')) return 'is outside src';
    if (matches(target, [...row.modules, key])) return undefined;
    if (!matches(target, row.types)) return 'is not in its row of the import table';
    return typesOnly ? undefined : 'may be imported for its types alone: write "import type"';
  }
  if (specifier.startsWith('node:') || builtinModules.includes(specifier))
    return row.node ? undefined : 'is of Node: only linux/, daemon/ and cli/ touch the operating system';
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return row.packages?.includes(name) ? undefined : 'is a package that its row of the import table does not have';
}

/** Each import of src is in the row of its file. */
export const importTable: Rule = (sources) =>
  sources.filter(isTypeScriptOfSrc).flatMap((source) => {
    const from = moduleOf(source.path);
    const key = from in TABLE ? from : from.slice(0, from.indexOf('/') + 1);
    if (!(key in TABLE)) return [finding(source, 1, 'has no row in the import table, test/tidy/imports.ts')];
    return importsOf(source).flatMap((one) => {
      const wrong = objection(key, from, one);
      return wrong === undefined ? [] : [finding(source, one.line, `"${one.specifier}" ${wrong}`)];
    });
  });

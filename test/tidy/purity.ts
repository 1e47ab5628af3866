// The names that the pure part of src does not know, each with what to use instead. Together with the import table it
// makes the same code run in the daemon, in a simulation with virtual time and in tests.

import ts from 'typescript';
import { finding, isTypeScriptOfSrc, moduleOf, walk, type Rule } from './source.js';

const TIME = 'take "now: Instant" as an argument';
const TIMER = 'state the deadline as an Instant; the host comes back with a tick';
const PROMISE = 'return Effects; the answer comes back as an Input';

const BANNED: ReadonlyMap<string, string> = new Map([
  ['Date', TIME],
  ['performance', TIME],
  ['setTimeout', TIMER],
  ['setInterval', TIMER],
  ['setImmediate', TIMER],
  ['queueMicrotask', TIMER],
  ['Math.random', 'take a seeded generator as an argument'],
  ['crypto', 'take a seeded generator as an argument'],
  ['process', 'take the value as an argument, or say it as an Effect'],
  ['console', 'say it as the Effect "log"'],
  ['fetch', 'say it as an Effect; linux/ talks to the network'],
  ['globalThis', 'name what you need, and take it as an argument'],
  ['Promise', PROMISE],
  ['async', PROMISE],
  ['await', PROMISE],
  ['EventEmitter', 'return a list of Effects'],
]);

/** daemon/loop is driven by the simulation too, so it is as pure as the core. */
const isPure = (path: string): boolean =>
  moduleOf(path) === 'daemon/loop' || !/^src\/(linux\/|daemon\/|cli\/|vrrpd\.ts$)/.test(path);

/** The name by which a node could be banned; undefined for the name of a member, which is the program's own affair. */
function nameOf(node: ts.Node): string | undefined {
  if (node.kind === ts.SyntaxKind.AsyncKeyword) return 'async';
  if (node.kind === ts.SyntaxKind.AwaitKeyword || ts.isAwaitExpression(node)) return 'await';
  if (ts.isPropertyAccessExpression(node)) return node.getText();
  if (!ts.isIdentifier(node)) return undefined;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) return undefined;
  if (ts.isQualifiedName(parent) && parent.right === node) return undefined;
  const isMember =
    (ts.isTypeElement(parent) || ts.isClassElement(parent) || ts.isPropertyAssignment(parent)) && parent.name === node;
  return isMember ? undefined : node.text;
}

/** Pure code has no clock, no timer, no chance, no process and nothing that waits. */
export const bannedNames: Rule = (sources) =>
  sources
    .filter((source) => isTypeScriptOfSrc(source) && isPure(source.path))
    .flatMap((source) => {
      const found: string[] = [];
      walk(source, (node, line) => {
        const name = nameOf(node);
        const instead = name === undefined ? undefined : BANNED.get(name);
        if (name !== undefined && instead !== undefined)
          found.push(finding(source, line, `${name} is not for pure code: ${instead}`));
      });
      return found;
    });

// The hosts of `vrrpd simulate`: what the command line, or a story, says of each, its configuration read from its file,
// and the name that an operator knows it by. It plays nothing.

import type { Config } from '../config/model.js';
import { printDiagnostic, type Diagnostic } from '../config/read.js';
import { loadConfiguration } from '../daemon/configuration.js';
import { CommandFailure, EXIT } from '../daemon/exit-code.js';
import type { DaemonKind } from '../sim/host.js';
import type { NamedHost } from '../sim/plan.js';

/** A host before its file is read. */
export interface Wanted {
  readonly file: string;
  /** What `@conditions` of the file ask for; else the name of this machine. */
  readonly configId?: string;
  /** As a story says it; else all are named by their router_id, where that tells them apart. */
  readonly name?: string;
  readonly daemon: DaemonKind;
}

export interface Node extends NamedHost {
  readonly file: string;
  readonly configId?: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** A name that a story can say, and that leaves a line room for more. */
const NAME = /^[\w.:-]{1,24}$/;
/** What a transcript calls those who are no hosts. */
const RESERVED = ['client', 'network', 'all'];

/** Throws a CommandFailure with all diagnostics when a file can't be used. */
export function readNodes(wanted: readonly Wanted[]): Node[] {
  const read = wanted.map((one) => ({ ...one, ...loadConfiguration(one) }));
  const unusable = read.filter(({ config }) => config === undefined);
  if (unusable.length > 0) {
    const errors = unusable.flatMap(({ diagnostics }) => diagnostics.filter(({ severity }) => severity === 'error'));
    const lines = [...new Set(errors.map((one) => printDiagnostic(one)))].flatMap((text) => text.split('\n'));
    throw new CommandFailure(EXIT.configuration, [...lines, 'nothing is simulated: first mend the errors above']);
  }
  const usable = read.flatMap(({ config, ...rest }) => (config === undefined ? [] : [{ ...rest, config }]));
  const names = usable.flatMap(({ name }) => name ?? []);
  if (names.length === 0) names.push(...namesOf(usable));
  return usable.map(({ file, configId, daemon, config, diagnostics }, index) => ({
    name: names[index] ?? '',
    file,
    daemon,
    config,
    diagnostics,
    ...(configId !== undefined && { configId }),
  }));
}

/** router_id, else what conditions ask for, where they tell the hosts apart; else node1, node2. */
function namesOf(nodes: readonly (Pick<Wanted, 'configId'> & { readonly config: Config })[]): string[] {
  const choices = [nodes.map(({ config }) => config.global.routerId), nodes.map(({ configId }) => configId)];
  const isGood = (names: readonly (string | undefined)[]): names is string[] =>
    new Set(names).size === names.length &&
    names.every((name) => name !== undefined && NAME.test(name) && !RESERVED.includes(name));
  return choices.find(isGood) ?? nodes.map((_, index) => `node${index + 1}`);
}

// keepalived.conf -> Config with diagnostics: text -> lines -> expanded lines -> pieces -> tree -> drafts -> Config.
// Never throws, and reads no file itself: whoever knows the file system is handed in.

import { checkConfig } from './check.js';
import { completeInstance, type CompletedInstance } from './complete.js';
import { named, Report, spanOf, type Diagnostic, type Span } from './diagnostic.js';
import type { Surroundings } from './definitions.js';
import { expandFile } from './expand.js';
import { completeGlobal, globalDefsTable, type GlobalDraft } from './global-defs.js';
import type { Files } from './include.js';
import { completeDelays } from './interface-delays.js';
import { shareAdverts, virtualRouterOf } from './diff.js';
import type { Config, VrrpInstance } from './model.js';
import { rootTable } from './root.js';
import { completeStatic } from './static.js';
import { completeSyncGroups, dropWeightsOfMembers } from './sync-group.js';
import { readPieces } from './tokens.js';
import type { Trackables } from './track.js';
import { completeFile } from './track-file.js';
import { completeProcess } from './track-process.js';
import { buildTree, type Statement } from './tree.js';
import { completeScript, type DefinedScript } from './vrrp-script.js';

export { arranged, CODES, describeDiagnostic, plainDiagnostic, printDiagnostic, visible } from './diagnostic.js';
export type { Code, Diagnostic } from './diagnostic.js';

/** The main file, how files are found, and what lies outside of them; what is left out is not there. */
export interface ReadRequest extends Files, Partial<Surroundings> {
  readonly file: string;
}

export interface ReadResult {
  /** Absent when there is an error. */
  readonly config?: Config;
  /** What could be read in any case, with defaults for the rest: for further checks alone. */
  readonly partial?: Config;
  readonly diagnostics: readonly Diagnostic[];
}

export function readConfig(request: ReadRequest): ReadResult {
  const { file, configId = '', variable = () => undefined, random = () => 0 } = request;
  const report = new Report();
  const whole: Span = { place: { file, line: 1, column: 1 }, length: 1 };
  const lines = expandFile(file, { files: request, surroundings: { configId, variable, random }, report });
  if (lines === undefined) {
    report.error('missing-file', whole, 'there is no such file');
    return { diagnostics: report.sorted() };
  }
  const pieces = lines.flatMap((line) => readPieces(line, report));
  const statements = buildTree({ pieces, root: rootTable.inside, report });
  const written = rootTable.read({ statements, report });
  const { globalDefs, vrrpScript, trackFile, vrrpTrackFile, vrrpTrackProcess, vrrpSyncGroup, vrrpInstance } = written;
  const { interfaceUpDownDelays } = written;

  const inGlobal = (globalDefs?.value ?? []).flatMap(({ block }) => block ?? []);
  const global = globalDefsTable.read({ statements: inGlobal, report });
  const scripts = readScripts(vrrpScript?.value ?? [], { global, report });
  const files = readBlocks([...(trackFile?.value ?? []), ...(vrrpTrackFile?.value ?? [])], completeFile, report);
  const processes = readBlocks(vrrpTrackProcess?.value ?? [], completeProcess, report);
  const trackables = { script: scripts, file: files, process: processes };
  const alone = readInstances(vrrpInstance?.value ?? [], { global, trackables, report });
  const named_ = byName(vrrpSyncGroup?.value ?? [], report);
  const groups = completeSyncGroups(named_, { global, trackables, instances: alone, report });
  const instances = dropWeightsOfMembers(alone, groups, report);
  if (vrrpInstance === undefined && !report.hasError)
    report.warning('no-instance', whole, 'no vrrp_instance: there is nothing to do');
  const staticIpaddress = completeStatic(written.staticIpaddress?.value ?? [], { global, instances, report });
  const interfaceDelays = completeDelays(interfaceUpDownDelays?.value ?? [], { instances, report });
  const sendsMail = lines.some((line) => /^\s*smtp_alert/.test(line.text));
  checkConfig({ global, trackables, instances, groups, sendsMail, report });

  const diagnostics = report.sorted();
  const config: Config = {
    usePidDir: written.usePidDir?.value ?? false,
    ...(written.instance?.value !== undefined && { instance: written.instance.value }),
    global: completeGlobal(global, globalDefsTable.kept(inGlobal)),
    vrrpScripts: [...scripts.values()].map(({ script }) => script),
    trackFiles: [...files.values()].map(({ file: one }) => one),
    trackProcesses: [...processes.values()].map(({ tracked }) => tracked),
    interfaceDelays,
    syncGroups: groups.map(({ group }) => group),
    vrrpInstances: instances.map(({ instance }) => instance),
    staticIpaddress,
    staticRoutes: written.staticRoutes?.value ?? [],
    staticRules: written.staticRules?.value ?? [],
    kept: rootTable.kept(statements),
  };
  return { ...(!report.hasError && { config }), partial: config, diagnostics };
}

interface Known {
  readonly global: GlobalDraft;
  readonly report: Report;
}

function readScripts(statements: readonly Statement[], { global, report }: Known): ReadonlyMap<string, DefinedScript> {
  const scripts = new Map<string, DefinedScript>();
  const runAs = global.scriptUser?.value;
  for (const [name, statement] of byName(statements, report))
    scripts.set(name, completeScript({ name, statement, runAs, report }));
  return scripts;
}

function readBlocks<T>(
  statements: readonly Statement[],
  complete: (name: string, statement: Statement, report: Report) => T,
  report: Report,
): ReadonlyMap<string, T> {
  const blocks = byName(statements, report);
  return new Map([...blocks].map(([name, statement]) => [name, complete(name, statement, report)]));
}

function readInstances(
  statements: readonly Statement[],
  { global, trackables, report }: Known & { trackables: Trackables },
): CompletedInstance[] {
  const instances: CompletedInstance[] = [];
  const routers = new Map<string, VrrpInstance[]>();
  for (const [name, statement] of byName(statements, report)) {
    const completed = completeInstance({ name, statement, global, trackables, report });
    const { instance, written } = completed;
    instances.push(completed);
    // What could not be read is an error already.
    if (written.interface?.value === undefined || written.virtualRouterId?.value === undefined) continue;
    const key = Object.values(virtualRouterOf(instance)).join(' ');
    const beside = routers.get(key) ?? [];
    const twin = beside.find((one) => shareAdverts(one, instance));
    routers.set(key, [...beside, instance]);
    if (twin === undefined) continue;
    const words = `${twin.name} is virtual router ${instance.virtualRouterId} on ${instance.interface} already`;
    report.error('duplicate-vrid', written.virtualRouterId.statement.keyword.span, words);
  }
  return instances;
}

/** The blocks by their names; one without a name, or with the name of an earlier one, is reported and left out. */
function byName(statements: readonly Statement[], report: Report): Map<string, Statement> {
  const named_ = new Map<string, Statement>();
  for (const statement of statements) {
    const { keyword, args } = statement;
    const [name, second] = args;
    if (name === undefined) {
      report.error('missing-value', keyword.span, `${keyword.text} needs a name`);
      continue;
    }
    if (second !== undefined) {
      const span = spanOf(name.span, args.at(-1)?.span ?? second.span);
      const suggestion = args.map(({ text }) => text).join('_');
      report.error('extra-words', span, `the name of a ${keyword.text} is one word`, { suggestion });
    }
    const earlier = named_.get(name.text);
    if (earlier === undefined) named_.set(name.text, statement);
    else {
      const words = `a ${keyword.text} ${named(name.text)} is there already, on line ${earlier.keyword.span.place.line}`;
      report.error('duplicate-name', name.span, words);
    }
  }
  return named_;
}

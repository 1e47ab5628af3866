// `vrrpd check --pair NODE1 NODE2`: two files that are to work together, judged together; and the election between them
// played. It needs no root and touches nothing.

import type { Finding } from '../advice/finding.js';
import { comparePair } from '../advice/pair.js';
import { describeFinding, describePaired } from '../advice/text.js';
import { plainDiagnostic, printDiagnostic, visible, type Diagnostic } from '../config/read.js';
import type { Config } from '../config/model.js';
import { loadConfiguration, type Source } from '../daemon/configuration.js';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';

export interface PairRequest {
  readonly sources: readonly Source[];
  readonly json: boolean;
  readonly strict: boolean;
  readonly ignored: readonly string[];
}

/** 0 they agree (warnings with `strict`: 1), 2 they can't work together or one can't be used, 6 no file. */
export function checkPair({ sources, json, strict, ignored }: PairRequest): ExitCode {
  const [first, second, ...more] = sources;
  if (first === undefined || second === undefined || more.length > 0)
    throw new CommandFailure(EXIT.refused, ['--pair needs the files of two hosts: check --pair NODE1 NODE2']);
  const read = [first, second].map((source) => loadConfiguration(source));
  const keep = <T extends Finding | Diagnostic>(list: readonly T[]): T[] =>
    list.filter(({ code, severity }) => severity === 'error' || !ignored.includes(code));
  const diagnostics = keep(read.flatMap((one) => one.diagnostics));
  const [one, other] = read.map(({ config }) => config);
  const configs = one === undefined || other === undefined ? undefined : ([one, other] as const);
  const report = configs && comparePair(configs, namesOf(configs));
  const findings = keep(report?.findings ?? []);
  if (json) {
    const paired = report?.paired.map(({ instances: [{ name, virtualRouterId }], outcomes }) => ({
      name,
      virtualRouterId,
      outcomes,
    }));
    const plain = { files: [first.file, second.file], diagnostics: diagnostics.map(plainDiagnostic), paired, findings };
    process.stdout.write(`${JSON.stringify(plain, undefined, 2)}\n`);
  } else {
    const blocks = configs ? (report?.paired ?? []).map((paired) => describePaired(paired, configs)) : [];
    const lines = [
      ...diagnostics.map((one) => printDiagnostic(one)),
      ...(diagnostics.length > 0 ? [''] : []),
      ...headOf([first.file, second.file], configs),
      ...blocks,
      ...findings.map(describeFinding),
      verdictOf(findings, configs !== undefined),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  return exitOf([...diagnostics, ...findings], strict);
}

function exitOf(messages: readonly { readonly severity: string }[], strict: boolean): ExitCode {
  if (messages.some(({ severity }) => severity === 'error')) return EXIT.configuration;
  return strict && messages.some(({ severity }) => severity === 'warning') ? EXIT.refused : EXIT.normal;
}

/** The host's own name where the files tell them apart. */
function namesOf([one, other]: readonly [Config, Config]): [string, string] {
  const [first, second] = [one.global.routerId, other.global.routerId];
  return first === undefined || second === undefined || first === second ? ['node 1', 'node 2'] : [first, second];
}

function headOf(files: readonly string[], configs: readonly Config[] | undefined): string[] {
  if (configs === undefined) return [];
  return configs.map(({ global }, index) => {
    const host = global.routerId === undefined ? '' : ` (${global.routerId})`;
    return visible(`node ${index + 1} is ${files[index] ?? ''}${host}`);
  });
}

function verdictOf(findings: readonly Finding[], usable: boolean): string {
  if (!usable) return 'the pair is not judged: first mend the errors above';
  const worst = ['error', 'warning', 'hint'].find((severity) => findings.some((one) => one.severity === severity));
  if (worst === 'error') return 'they can not work together';
  return worst === 'warning' ? 'they work together, but see the warnings' : 'they work together';
}

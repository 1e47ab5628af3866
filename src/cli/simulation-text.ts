// What `vrrpd simulate` prints: who plays, what happens in each story, and the table; in 80 columns, or the same facts as
// plain values for --json. It plays nothing.

import { formatPrefix } from '../address.js';
import { plainDiagnostic, visible } from '../config/read.js';
import { countDiagnostics, withoutHints } from '../daemon/configuration.js';
import { notesOf } from '../sim/notes.js';
import { planNetwork } from '../sim/plan.js';
import { renderSummary } from '../sim/summary.js';
import { renderTranscript, WIDTH, wrap, type TranscriptLine } from '../sim/transcript.js';
import type { Outcome, Played } from '../sim/trial.js';
import { inSeconds, between, instant, type Instant } from '../time.js';
import type { Node } from './nodes.js';

/** A story that was played; or why it was not, as its title. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly played: readonly Played[];
}

export function renderSimulation(nodes: readonly Node[], sections: readonly Section[]): string[] {
  const told = sections.filter(({ played }) => played.length > 0);
  const transcripts =
    told.length <= 2
      ? renderTranscript(told.flatMap(linesOf))
      : told.flatMap((section, index) => [
          ...(index === 0 ? [] : ['']),
          ...wrap(`${section.name}: ${section.title}`, WIDTH),
          ...renderTranscript(linesOf(section)),
        ]);
  const missing = sections.flatMap(({ name, title, played }) => (played.length > 0 ? [] : [`${name}: ${title}`]));
  const below = [...missing, ...remarks(told)];
  const all = [
    ...describeNodes(nodes),
    '',
    ...transcripts,
    '',
    ...renderSummary(told.flatMap(({ played }) => played)),
    ...(below.length === 0 ? [] : ['', ...below]),
  ];
  return all.map(visible);
}

/** What holds for all lines of the table. */
function remarks(told: readonly Section[]): string[] {
  const acts = told.flatMap(({ played }) => played.map(({ act }) => act));
  const begins = acts.some(({ after }) => after !== undefined);
  const fails = acts.some(({ commands }) => commands.some((one) => one.kind === 'check' && one.end !== 'succeeds'));
  return [
    ...(begins ? ['Each fault comes right after an advert; later it costs up to advert_int less.'] : []),
    ...(fails ? ['A check whose script ends the daemon (killall) does what "stop" shows.'] : []),
  ];
}

const linesOf = ({ played }: Section): TranscriptLine[] => played.flatMap(({ lines }) => lines);

/** Each host with its file and its addresses, then what is doubtful in the files. */
function describeNodes(nodes: readonly Node[]): string[] {
  const width = Math.max(...nodes.map(({ name }) => name.length)) + 2;
  const hosts = planNetwork(nodes).hosts.map(({ name, daemon, interfaces }, index) => {
    const written = new Set(nodes[index]?.config.vrrpInstances.map(({ srcIp }) => srcIp));
    const addresses = interfaces.flatMap((one) =>
      one.addresses.map(({ address }) => `${one.name} ${address}${written.has(address) ? '' : ' (made up)'}`),
    );
    const what = daemon === 'keepalived' ? 'keepalived 2.2.7, ' : '';
    return `${name.padEnd(width)}${nodes[index]?.file ?? ''}\n${''.padEnd(width)}${what}${addresses.join(', ')}`;
  });
  const doubtful = new Map(nodes.map(({ file, diagnostics }) => [file, countDiagnostics(withoutHints(diagnostics))]));
  const warnings = [...doubtful].flatMap(([file, count]) =>
    count === '' ? [] : [`${file}: ${count}, see vrrpd check`],
  );
  return [...hosts.flatMap((text) => text.split('\n')), ...warnings];
}

/** For programs; points in time are seconds since the start, lengths of time are seconds. */
export const plainSimulation = (nodes: readonly Node[], sections: readonly Section[]): unknown => ({
  hosts: planNetwork(nodes).hosts.map(({ name, daemon, interfaces }, index) => ({
    name,
    daemon,
    file: nodes[index]?.file,
    interfaces: interfaces.map((one) => ({ name: one.name, mac: one.mac, addresses: one.addresses.map(formatPrefix) })),
    diagnostics: nodes[index]?.diagnostics.map(plainDiagnostic),
  })),
  stories: sections.map(({ name, title, played }) => ({ story: name, title, acts: played.map(plainAct) })),
});

const plainAct = (played: Played): unknown => ({
  act: played.act.title.trim(),
  at: stamp(played.at),
  transcript: played.lines.map(({ at, host, words }) => ({ at: stamp(at), host, event: words })),
  outcomes: played.outcomes.map((outcome) => plainOutcome(played, outcome)),
});

const plainOutcome = (played: Played, outcome: Outcome): unknown => ({
  address: outcome.target,
  hole: inSeconds(outcome.hole),
  longestHole: inSeconds(outcome.longest),
  twoOwners: inSeconds(outcome.doubled),
  ownersBefore: outcome.before,
  ownersAfter: outcome.after,
  answeredBy: outcome.answeredBy ?? null,
  notes: notesOf(played, outcome),
});

const stamp = (at: Instant): number => inSeconds(between({ from: instant(0), to: at }));

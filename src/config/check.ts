// Lints: what can be read and is probably not meant. Only what is certain from this file alone; what needs the peer's
// file or the host is looked at elsewhere. Changes nothing.

import type { CompletedInstance } from './complete.js';
import { named, type Report } from './diagnostic.js';
import type { GlobalDraft } from './global-defs.js';
import type { DefinedScript } from './vrrp-script.js';

interface Checked {
  readonly global: GlobalDraft;
  readonly scripts: ReadonlyMap<string, DefinedScript>;
  readonly instances: readonly CompletedInstance[];
  /** Somewhere a mail is asked for. */
  readonly sendsMail: boolean;
  readonly report: Report;
}

export function checkConfig(checked: Checked): void {
  checkUnusedScripts(checked);
  checkMail(checked);
  checkWeights(checked);
  for (const instance of checked.instances) {
    checkAddresses(instance, checked.report);
    checkNopreempt(instance, checked.report);
    checkSamples(instance, checked.report);
    checkLookAlike(instance, checked.report);
  }
}

function checkUnusedScripts({ scripts, instances, report }: Checked): void {
  const used = new Set(
    instances.flatMap(({ tracked, written }) => [
      ...tracked.map(({ track }) => track.script),
      ...(written.trackScript?.value ?? []).map(({ keyword }) => keyword.text),
    ]),
  );
  for (const { script, statement } of scripts.values()) {
    const words = `no instance tracks ${named(script.name)}: it is never run`;
    if (!used.has(script.name)) report.warning('unused-script', statement.keyword.span, words);
  }
}

function checkMail({ global, sendsMail, report }: Checked): void {
  if (global.notificationEmail === undefined || sendsMail) return;
  const { span } = global.notificationEmail.statement.keyword;
  report.warning('mail-without-alert', span, 'nothing asks for a mail with smtp_alert: keepalived sends none either');
}

/** Sample pairs have priorities 10 apart or more; a smaller weight can only decide between nearer ones. */
const SMALL_WEIGHT = 10;

function checkWeights({ instances, report }: Checked): void {
  const told = new Set<unknown>();
  for (const { track, weightSpan } of instances.flatMap(({ tracked }) => tracked)) {
    const size = Math.abs(track.weight);
    if (weightSpan === undefined || size === 0 || size >= SMALL_WEIGHT || told.has(weightSpan)) continue;
    told.add(weightSpan);
    const words = `this weight can't change who is master when the peer's priority is more than ${size} away`;
    report.hint('weight-too-small', weightSpan, words);
  }
}

/** Where something cannot be read, the addresses may be there. */
function checkAddresses({ instance, statement }: CompletedInstance, report: Report): void {
  const { virtualAddresses, excludedAddresses } = instance;
  if (virtualAddresses.length + excludedAddresses.length > 0 || report.hasError) return;
  report.warning(
    'no-address',
    statement.keyword.span,
    `${named(instance.name)} has no virtual_ipaddress: nothing moves`,
  );
}

function checkNopreempt({ instance, written, tracked }: CompletedInstance, report: Report): void {
  const weighted = tracked.length > 0 && tracked.every(({ track }) => track.weight !== 0);
  if (!instance.nopreempt || !weighted || written.nopreempt === undefined) return;
  const words =
    'with nopreempt this host does not take over from a peer whose check fails: a weight only lowers a priority';
  const note = 'without weight a failed check is a FAULT, and the address moves';
  report.warning('nopreempt-with-weight', written.nopreempt.statement.keyword.span, words, { note });
}

const SAMPLE_VRID = 51;
const SAMPLE_PASSWORD = '1111';

function checkSamples({ instance, written }: CompletedInstance, report: Report): void {
  const { authPass } = written.authentication?.value ?? {};
  const { authentication, virtualRouterId } = instance;
  if (virtualRouterId === SAMPLE_VRID && written.virtualRouterId !== undefined) {
    const words = `${SAMPLE_VRID} is in every sample: another pair on this network may have it too`;
    report.hint('sample-vrid', written.virtualRouterId.statement.keyword.span, words);
  }
  if (authentication.type === 'PASS' && authentication.password === SAMPLE_PASSWORD && authPass !== undefined)
    report.hint('sample-password', authPass.statement.keyword.span, 'this password is in every sample');
}

/** Ordinary names in which a digit was taken for a letter: ethl, bondO. */
const LOOK_ALIKE = /^((?:eth|eno|ens|bond|team|vlan|br)\d*)([lIoO])(\d*)$/;

function checkLookAlike({ written }: CompletedInstance, report: Report): void {
  const { value, statement } = written.interface ?? {};
  const [, before, letter, after] = LOOK_ALIKE.exec(value ?? '') ?? [];
  const word = statement?.args[0];
  if (word === undefined || before === undefined || letter === undefined) return;
  const suggestion = `${before}${/[lI]/.test(letter) ? '1' : '0'}${after ?? ''}`;
  report.hint('look-alike', word.span, `${named(word.text)} has a letter that looks like a digit`, { suggestion });
}

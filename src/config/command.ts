// The value of a keyword that names a program: `script COMMAND`, `notify_master COMMAND [USER [GROUP]]`.
// COMMAND is one word: with arguments it needs quotes around the whole. Whether the program exists is not looked at.

import { named, type Report } from './diagnostic.js';
import type { Value } from './keyword.js';
import type { Command, ScriptUser } from './model.js';
import { probeOf } from './probe.js';
import { splitScript, type ScriptWord } from './script-words.js';
import { spanIn } from './tokens.js';
import type { Statement } from './tree.js';
import { reportMissingValue } from './value.js';

/** `script`: what stands behind the command is dropped, as keepalived does. A probe must be one that can be made. */
export const checkCommand: Value<Command> = {
  form: 'command, in quotes when it has arguments',
  read(statement, report) {
    const words = scriptWords(statement, report);
    const [command, dropped] = words ?? [];
    if (command === undefined) return undefined;
    if (dropped !== undefined) {
      const note = 'put double quotes around the command with its arguments';
      const words = `${named(dropped.text)} and what follows is dropped: an argument belongs in the quotes of the command`;
      report.warning('dropped-arguments', place(statement, dropped), words, command.quoted ? {} : { note });
    }
    const read = readCommand({ statement, command, report });
    const probe = read && probeOf(read.argv);
    if (typeof probe === 'string') report.error('bad-value', place(statement, command), probe);
    return read;
  },
};

/** `notify` and its sisters; of two of the same the first counts. */
export const notifyCommand: Value<Command> = {
  form: 'command, in quotes when it has arguments; then optionally user and group',
  firstCounts: () => true,
  read(statement, report) {
    const [command, user, group, dropped] = scriptWords(statement, report) ?? [];
    if (command === undefined) return undefined;
    if (user !== undefined && !command.quoted && user.text !== 'root') {
      const note = 'an argument belongs in double quotes with the command';
      const words = `${named(user.text)} is read as the user who runs the command`;
      report.warning('user-or-argument', place(statement, user), words, { note });
    }
    if (dropped !== undefined)
      report.warning(
        'dropped-arguments',
        place(statement, dropped),
        `${named(dropped.text)} and what follows is dropped`,
      );
    const runAs = user && { user: user.text, ...(group && { group: group.text.replace(/^:/, '') }) };
    const read = readCommand({ statement, command, report, ...(runAs && { runAs }) });
    if (read?.argv[0].startsWith('<'))
      report.error('refused', place(statement, command), 'only the script of a check can be a file behind "<"');
    return read;
  },
};

/** `notify_deleted [COMMAND [USER [GROUP]]]`: it counts without a command too. */
export const optionalCommand: Value<Command | 'no script'> = {
  ...notifyCommand,
  form: `nothing, or a ${notifyCommand.form}`,
  read: (statement, report) => (statement.args.length === 0 ? 'no script' : notifyCommand.read(statement, report)),
};

/** `user USER [GROUP]`; keepalived allows a colon before the group. */
export const scriptUser: Value<ScriptUser> = {
  form: 'user, then optionally group',
  read(statement, report) {
    const [user, group] = statement.args;
    if (user !== undefined) return { user: user.text, ...(group && { group: group.text.replace(/^:/, '') }) };
    reportMissingValue(statement, { form: this.form, report });
    return undefined;
  },
};

function scriptWords(statement: Statement, report: Report): ScriptWord[] | undefined {
  const { line, from, to } = statement.raw;
  const { words, unclosed } = splitScript(line.text.slice(from, to));
  if (unclosed !== undefined) {
    report.error('unclosed-quote', spanIn({ line, index: from + unclosed }), 'this quote is never closed');
    return undefined;
  }
  if (words.length === 0) reportMissingValue(statement, { form: 'a command', report });
  return words;
}

function readCommand(request: {
  statement: Statement;
  command: ScriptWord;
  runAs?: ScriptUser;
  report: Report;
}): Command | undefined {
  const { statement, command, runAs, report } = request;
  const span = place(statement, command);
  const { words, unclosed } = splitScript(command.text);
  const [program, ...rest] = words.map(({ text }) => text);
  if (unclosed !== undefined) report.error('unclosed-quote', span, 'a quote inside the command is never closed');
  else if (program === undefined || program === '') report.error('missing-value', span, 'the command is empty');
  else return { argv: [program, ...rest], place: span.place, ...(runAs && { runAs }) };
  return undefined;
}

const place = ({ raw }: Statement, { index, length }: ScriptWord) =>
  spanIn({ line: raw.line, index: raw.from + index, length });

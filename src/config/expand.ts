// Lines -> lines: the stage of `include`, `$NAME=` definitions and their uses, `~SEQ`, `~LST` and `@id` conditionals.
// None of them is carried out yet: each gets one error here, so that no line means something else than it says.
// keepalived.conf's rules: a definition is known to the lines after it; `$NAME` of an unknown name stays as it is.

import type { Report } from './diagnostic.js';
import { spanIn, type Line } from './tokens.js';

const DEFINITION = /^\s*\$([A-Za-z_]\w*)=/;
const USE = /\$(?:\{([A-Za-z_]\w*)[^{}]*\}?|([A-Za-z_]\w*))/g;
const PREDEFINED = ['_PWD', '_INSTANCE', '_RANDOM', '_HASH', '_BANG', '_ENV'];
const DIRECTIVES: readonly (readonly [form: RegExp, what: string])[] = [
  [/^\s*(include[rmwba]?)(?=\s|$)/, 'include'],
  [/^\s*(~(?:SEQx?|LST)\()/, 'a repeated line'],
  [/^\s*(@\^?\S+)(?=\s|$)/, 'a conditional line'],
];

/** Definitions are left out; a line that rests on one, or on anything else here, stays and is marked as not readable. */
export function expandLines(lines: readonly Line[], report: Report): Line[] {
  const defined = new Set(PREDEFINED);
  const expanded: Line[] = [];
  let inDefinition = false;
  for (const line of lines) {
    const definition = DEFINITION.exec(line.text);
    if (definition?.[1] !== undefined) {
      defined.add(definition[1]);
      refuse({ line, text: `$${definition[1]}`, what: 'a definition', report });
    }
    inDefinition ||= definition !== null;
    if (!inDefinition) expanded.push(refusedDirective(line, report) ?? refusedUse({ line, defined, report }) ?? line);
    inDefinition &&= line.text.trimEnd().endsWith('\\');
  }
  return expanded;
}

function refusedDirective(line: Line, report: Report): Line | undefined {
  for (const [form, what] of DIRECTIVES) {
    const text = form.exec(line.text)?.[1];
    if (text === undefined) continue;
    return refuse({ line, text, what, report });
  }
  return undefined;
}

function refusedUse({ line, defined, report }: { line: Line; defined: Set<string>; report: Report }): Line | undefined {
  if (!line.text.includes('$')) return undefined;
  for (const [text, braced, plain = braced] of line.text.matchAll(USE)) {
    if (plain === undefined || !defined.has(plain)) continue;
    const what = 'the use of a definition';
    return refuse({ line, text, what, report });
  }
  return undefined;
}

/** The braces of a use are no braces of a block. */
function refuse({ line, text, what, report }: { line: Line; text: string; what: string; report: Report }): Line {
  const span = spanIn({ line, index: line.text.indexOf(text), length: text.length });
  report.error('not-yet-supported', span, `${what} is not supported yet`);
  const withoutBraces = line.text.replace(/\$\{[^{}]*\}/g, (use) => use.replace(/[{}]/g, '_'));
  return { ...line, text: withoutBraces, readable: false };
}

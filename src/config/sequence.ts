// `~SEQ(var, start, step, end)` and `~LST(var, a, b)`: the directives that repeat the rest of their line with other values.
// keepalived.conf(5): SEQUENCES. It reads the directive and says which values there are; repeating is expand.ts's business.

/** What one repetition sets: each variable with its value. */
export type Setting = readonly (readonly [name: string, value: string])[];

export interface Sequence {
  readonly settings: readonly Setting[];
  /** Index behind the directive in the line. */
  readonly end: number;
}

/** More repetitions are a slip of the hand. */
export const MOST_REPETITIONS = 65_536;

export const isSequence = (text: string): boolean => /^\s*~(?:SEQx?|LST)\(/.test(text);

/** The directive at the beginning of the text; in words what is wrong with it. */
export function readSequence(text: string): Sequence | string {
  const [head = '', kind = ''] = /^\s*~(SEQx?|LST)\(/.exec(text) ?? [];
  const close = closingBracket(text, head.length);
  if (close === undefined) return `~${kind}( has no closing bracket`;
  const words = splitArguments(text.slice(head.length, close));
  const settings = kind === 'LST' ? readList(words) : readNumbers(words, { hexadecimal: kind === 'SEQx' });
  return typeof settings === 'string' ? `~${kind}: ${settings}` : { settings, end: close + 1 };
}

function closingBracket(text: string, from: number): number | undefined {
  let depth = 0;
  for (let index = from; index < text.length; index += 1) {
    const letter = text[index];
    if (letter === '{') depth += 1;
    else if (letter === '}') depth -= 1;
    else if (letter === ')' && depth <= 0) return index;
  }
  return undefined;
}

/** At the commas that are not in braces. */
function splitArguments(text: string): string[] {
  const words = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '{') depth += 1;
    if (letter === '}') depth -= 1;
    if (letter === ',' && depth <= 0) words.push('');
    else words.push(`${words.pop() ?? ''}${letter}`);
  }
  return words.map((word) => word.trim());
}

const NAME = /^[A-Za-z_]\w*$/;

/** (var, end), (var, start, end) or (var, start, step, end); a step that is not written is 1 or -1. */
function readNumbers([name = '', ...words]: string[], { hexadecimal }: { hexadecimal: boolean }): Setting[] | string {
  if (!NAME.test(name)) return `"${name}" can not be a name`;
  const numbers = words.map((word) => (/^[+-]?(0x[0-9a-f]+|\d+)$/i.test(word) ? parseInteger(word) : NaN));
  const wrong = words[numbers.findIndex((number) => !Number.isSafeInteger(number))];
  if (wrong !== undefined) return `"${wrong}" is not a whole number`;
  const end = numbers.at(-1);
  if (end === undefined || numbers.length > 3) return 'it takes a name and one to three numbers: start, step, end';
  const start = numbers.length === 1 ? 1 : (numbers[0] ?? 1);
  const step = numbers.length === 3 ? (numbers[1] ?? 1) : end < start ? -1 : 1;
  if (step === 0) return 'the step is 0';
  const count = Math.floor((end - start) / step) + 1;
  if (count > MOST_REPETITIONS) return `${count} repetitions; at most ${MOST_REPETITIONS} are made`;
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const value = start + index * step;
    return [[name, hexadecimal ? value.toString(16) : String(value)]];
  });
}

const parseInteger = (word: string): number =>
  word.startsWith('-') ? -Number(word.slice(1)) : Number(word.replace(/^\+/, ''));

/** (var, a, b) or ({var1, var2}, {a1, a2}, {b1, b2}). */
function readList([first = '', ...words]: string[]): Setting[] | string {
  const names = membersOf(first);
  const wrong = names.find((name) => !NAME.test(name));
  if (wrong !== undefined) return `"${wrong}" can not be a name`;
  if (words.length > MOST_REPETITIONS) return `${words.length} repetitions; at most ${MOST_REPETITIONS} are made`;
  const uneven = words.find((word) => names.length > 1 && membersOf(word).length !== names.length);
  if (uneven !== undefined) return `"${uneven}" does not have ${names.length} values`;
  return words.map((word) => {
    const values = names.length > 1 ? membersOf(word) : [word];
    return names.map((name, index) => [name, values[index] ?? ''] as const);
  });
}

const membersOf = (word: string): string[] =>
  word.startsWith('{') && word.endsWith('}')
    ? word
        .slice(1, -1)
        .split(',')
        .map((member) => member.trim())
    : [word];

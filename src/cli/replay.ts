// `vrrpd replay FILE`: plays a recording through the same code that runs in the daemon, shows what happened as a
// transcript, and says where an effect is another one than was recorded. It reads the file as it goes along, needs no
// root and touches nothing.

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { CommandFailure, EXIT, type ExitCode } from '../daemon/exit-code.js';
import { Replay, type Played } from '../daemon/replay.js';
import { Transcript } from '../status/transcript.js';
import type { Instant } from '../time.js';
import { JsonWords, TextWords, type Told } from './replay-words.js';

/** More is no line of a recording. */
const LONGEST = 64 * 1024 * 1024;

/** 0 every effect is as recorded, 1 one is not; a CommandFailure with 2 when the file can't be read or is no recording. */
export async function replay({ file, json }: { file: string; json: boolean }): Promise<ExitCode> {
  const words = json ? new JsonWords() : new TextWords(file);
  let code: ExitCode = EXIT.normal;
  // A reader that has seen enough, as with "| head".
  process.stdout.on('error', () => process.exit(code));
  for await (const told of tell(file)) {
    if (told.kind === 'difference') code = EXIT.refused;
    if (!process.stdout.write(`${words.of(told)}\n`)) await once(process.stdout, 'drain');
  }
  return code;
}

/** Up to the first difference. */
async function* tell(file: string): AsyncGenerator<Told> {
  const replay = new Replay();
  const transcript = new Transcript();
  let [record, records] = [0, 0];
  let last: Instant | undefined;
  for await (const { text, isWhole } of linesOf(file)) {
    record += 1;
    if (!isWhole && last !== undefined) {
      yield { kind: 'cut', record };
      break;
    }
    const played = attempt(() => replay.play(text), `${file}:${record}`);
    if (played.kind === 'head') {
      last = played.head.at;
      yield { kind: 'recording', record, head: played.head };
      continue;
    }
    const { step, difference } = played;
    const { at, input } = step;
    last = at;
    records += 1;
    for (const { kind: of, text } of transcript.lines(step)) yield { kind: 'line', record, at, of, text };
    if (!difference) continue;
    yield { kind: 'difference', record, at, input, ...difference };
    return;
  }
  if (last === undefined) throw failure(`${file}:1`, 'it is empty');
  yield { kind: 'end', records, at: last };
}

function attempt(play: () => Played, place: string): Played {
  try {
    return play();
  } catch (error) {
    throw failure(place, error instanceof Error ? error.message : String(error));
  }
}

const failure = (place: string, words: string): CommandFailure =>
  new CommandFailure(EXIT.configuration, [`${place}: no recording that can be replayed: ${words}`]);

/** The lines of a file; the last one is not whole when its line break is missing. */
async function* linesOf(file: string): AsyncGenerator<{ text: string; isWhole: boolean }> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(file, 'utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST) throw new Error('a line is too long');
      for (const text of lines) yield { text, isWhole: true };
    }
  } catch (error) {
    throw error instanceof CommandFailure
      ? error
      : failure(file, error instanceof Error ? error.message : String(error));
  }
  if (rest !== '') yield { text: rest, isWhole: false };
}

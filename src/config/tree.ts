// Pieces -> statements with the statements of their blocks. Forgiving: a block that is never closed is told at the
// place where it opens, and what follows it goes where it belongs. To see that, the tree knows which keywords a block
// may hold (Inside) and nothing else of them; it reports braces, and leaves unknown keywords to keyword.ts.

import type { Report } from './diagnostic.js';
import { joinTorn } from './spelling.js';
import type { Piece, Raw, Word } from './tokens.js';

export interface Statement {
  /** The keyword, or the first word of an entry; one word again where its underscores were lost. */
  readonly keyword: Word;
  readonly args: readonly Word[];
  /** What follows the keyword, as it stands in the line. */
  readonly raw: Raw;
  /** The keyword stands in the file as several words. */
  readonly torn: boolean;
  /** False when it has an error already because of which its values are not known. */
  readonly readable: boolean;
  block?: readonly Statement[];
}

/** What a block may hold. */
export type Inside =
  | { readonly kind: 'keywords'; readonly find: (name: string) => { readonly inside?: Inside } | undefined }
  /** A list; `isEntry` tells an entry from a keyword that follows the list. */
  | { readonly kind: 'entries'; readonly isEntry: (words: readonly Word[]) => boolean }
  | { readonly kind: 'anything' };

/** The statements of the file; `root` is what may stand outside all blocks. */
export function buildTree({ pieces, root, report }: { pieces: readonly Piece[]; root: Inside; report: Report }) {
  const builder = new TreeBuilder(root, report);
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'words') builder.place(piece, pieces[index + 1]?.kind === 'open');
    else if (piece.kind === 'open') builder.open(piece.brace);
    else builder.close(piece);
  }
  return builder.finish();
}

/** A block that is open, or the file itself. */
class Frame {
  readonly statements: Statement[] = [];
  /** The nearest block, this one included, whose keywords are known. */
  readonly keywords: Frame | undefined;
  /** The block that was closed last in this one, and where. */
  closed?: { readonly frame: Frame; readonly brace: Word };
  /** A block in this one whose closing brace stands where that of this one would. */
  suspect?: { readonly frame: Frame; readonly brace: Word };

  constructor(
    readonly inside: Inside,
    readonly outer?: Frame,
    readonly opener?: { readonly brace: Word; readonly statement?: Statement },
  ) {
    this.keywords = inside.kind === 'keywords' ? this : outer?.keywords;
  }

  /** "vrrp_instance VI_1" */
  get title(): string {
    const { keyword, args } = this.opener?.statement ?? {};
    return [keyword, args?.[0]].flatMap((word) => word?.text ?? []).join(' ');
  }

  get indent(): number {
    return (this.opener?.statement?.raw.line.text ?? '').search(/\S|$/);
  }

  /** The keyword of this block that the words begin with, torn apart or whole; undefined when there is none. */
  match(words: readonly Word[]): Match | undefined {
    if (this.inside.kind !== 'keywords') return undefined;
    const { find } = this.inside;
    const torn = joinTorn(words, (name) => find(name) !== undefined);
    const name = torn?.name ?? words[0]?.text ?? '';
    const known = find(name);
    return known && { frame: this, name, count: torn?.count ?? 1, takesBlock: known.inside };
  }
}

interface Match {
  readonly frame: Frame;
  readonly name: string;
  readonly count: number;
  readonly takesBlock: Inside | undefined;
}

type Words = Extract<Piece, { kind: 'words' }>;

class TreeBuilder {
  private frame: Frame;
  /** A brace now opens the block of this statement; `inside` is absent when it takes none. */
  private pending: { readonly statement: Statement; readonly inside?: Inside | undefined } | undefined;

  constructor(
    root: Inside,
    private readonly report: Report,
  ) {
    this.frame = new Frame(root);
  }

  place(piece: Words, opensBlock: boolean): void {
    const own = this.frame.match(piece.words) ?? this.closedTooEarly(piece.words);
    const match = own ?? this.beyond(piece.words, opensBlock);
    if (own === undefined && match !== undefined) {
      const title = match.frame.title;
      const belongs = title === '' ? 'the next block' : `the next statement of ${title}`;
      const { line } = piece.raw;
      while (this.frame !== match.frame) this.unclosed(`"${match.name}" on line ${line.number} looks like ${belongs}`);
    }
    const statement = makeStatement(piece, match);
    (match?.frame ?? this.frame).statements.push(statement);
    const unknown: Inside | undefined = this.frame.inside.kind === 'entries' ? undefined : { kind: 'anything' };
    this.pending = { statement, inside: match === undefined ? unknown : match.takesBlock };
  }

  open(brace: Word): void {
    const { statement, inside } = this.pending ?? {};
    this.pending = undefined;
    if (statement === undefined)
      this.report.error('unexpected-brace', brace.span, 'this brace opens a block without a name');
    else if (inside === undefined) {
      const note = 'a brace that is part of a value needs double quotes around the value';
      this.report.error('unexpected-brace', brace.span, `${statement.keyword.text} takes no block`, { note });
    }
    this.frame = new Frame(inside ?? { kind: 'anything' }, this.frame, { brace, ...(statement && { statement }) });
    if (statement !== undefined && inside !== undefined) statement.block = this.frame.statements;
  }

  close({ brace, beginsLine }: { brace: Word; beginsLine: boolean }): void {
    const { frame } = this;
    this.pending = undefined;
    if (frame.outer === undefined) {
      if (this.excused === undefined) this.report.error('superfluous-brace', brace.span, 'this brace closes nothing');
      this.excused = undefined;
      return;
    }
    const indent = brace.end - 1;
    if (beginsLine && indent !== frame.indent && indent === frame.outer.indent) frame.outer.suspect = { frame, brace };
    frame.outer.closed = { frame, brace };
    this.frame = frame.outer;
  }

  finish(): Statement[] {
    while (this.frame.outer !== undefined) this.unclosed();
    return this.frame.statements;
  }

  /** Reports the innermost open block as never closed, and leaves it. */
  private unclosed(note?: string): void {
    const { frame } = this;
    const { suspect, outer, opener } = frame;
    if (outer === undefined || opener === undefined) return;
    const lost = suspect?.frame.opener?.brace ?? opener.brace;
    const line = suspect?.brace.span.place.line;
    const why = line === undefined ? note : `the brace on line ${line} looks like that of ${frame.title}`;
    this.report.error(
      'unclosed-block',
      lost.span,
      'this block is never closed',
      why === undefined ? {} : { note: why },
    );
    this.frame = outer;
  }

  /** The block that was closed just now, when the words are a keyword of it and not of this one. */
  private closedTooEarly(words: readonly Word[]): Match | undefined {
    const { closed } = this.frame;
    const match = closed?.frame.match(words);
    if (closed === undefined || match === undefined) return undefined;
    if (this.excused !== closed.frame) {
      const note = `"${match.name}" on line ${words[0]?.span.place.line ?? 0} belongs in ${closed.frame.title}`;
      this.report.error('closed-too-early', closed.brace.span, 'this brace closes the block too early', { note });
    }
    this.excused = closed.frame;
    return match;
  }

  /** Reported as closed too early, so that its second closing brace is no news. */
  private excused: Frame | undefined;

  /** The keyword of a block further out that the words can only be: then the blocks between lack their brace. */
  private beyond(words: readonly Word[], opensBlock: boolean): Match | undefined {
    const { inside, outer } = this.frame;
    for (let frame = outer?.keywords; frame !== undefined; frame = frame.outer?.keywords) {
      const match = frame.match(words);
      if (match === undefined) continue;
      const beginsBlock = opensBlock && match.takesBlock !== undefined;
      // A sync group has a track_file { } of its own, the file a track_file NAME { }.
      if (inside.kind === 'anything' && frame.outer === undefined && words.length < 2) continue;
      const anywhere = inside.kind === 'keywords' && frame.outer !== undefined;
      const noEntry = inside.kind === 'entries' && frame.outer !== undefined && !inside.isEntry(words);
      if (beginsBlock || anywhere || noEntry) return match;
    }
    return undefined;
  }
}

function makeStatement({ words, raw, readable }: Words, match: Match | undefined): Statement {
  const count = match?.count ?? 1;
  const [first] = words;
  const last = words[count - 1] ?? first;
  const keyword = count === 1 ? first : first.upTo(last, match?.name ?? first.text);
  return { keyword, args: words.slice(count), raw: { ...raw, from: last.end }, torn: count > 1, readable };
}

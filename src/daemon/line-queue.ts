// Lines on their way out: they wait until the turn is over, and as long as the reader is slow, up to a bound. What does
// not fit is counted and told later; nobody ever waits for a reader. It knows nothing of what is in a line.

/** Where the lines go. */
export interface Outlet {
  /** Lines may come joined. */
  readonly isStream?: boolean;
  /** Takes of a line as much as it can without waiting, then calls back, at once or later, with the octets it took. */
  write(line: Buffer, taken: (octets: number) => void): void;
  /** For the last words of a process that dies: what can't be taken at once is lost. */
  writeNow(line: Buffer): void;
}

/** The octets that wait at most. */
const ROOM = 256 * 1024;
/** Lines that are joined at most. */
const MOST_JOINED = 100;
const RETRY_MILLISECONDS = 50;

export class LineQueue {
  readonly #outlet: Outlet;
  readonly #tellLost: (count: number) => Buffer;
  readonly #waiting: Buffer[] = [];
  #octets = 0;
  #lost = 0;
  #isWriting = false;
  #onEmpty: (() => void) | undefined;

  /** `tellLost` words the line that stands for lines that were lost. */
  constructor(outlet: Outlet, tellLost: (count: number) => Buffer) {
    this.#outlet = outlet;
    this.#tellLost = tellLost;
  }

  /** The line is written when this turn of the event loop is over, after all lines before it. */
  push(line: Buffer): void {
    if (this.#octets + line.length > ROOM) {
      this.#lost += 1;
      return;
    }
    this.#append(line);
    if (this.#isWriting) return;
    this.#isWriting = true;
    setImmediate(() => this.#write());
  }

  /** Resolves when everything is written, at the latest after this time. */
  flush(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (!this.#isWriting) {
        resolve();
        return;
      }
      const timer = setTimeout(resolve, milliseconds);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Writes at once what waits. */
  flushNow(): void {
    for (const line of this.#waiting.splice(0)) this.#outlet.writeNow(line);
  }

  #append(line: Buffer): void {
    this.#waiting.push(line);
    this.#octets += line.length;
  }

  #write(): void {
    const lines = this.#waiting.slice(0, this.#outlet.isStream === true ? MOST_JOINED : 1);
    const [first, second] = lines;
    if (first === undefined) {
      this.#isWriting = false;
      this.#onEmpty?.();
      return;
    }
    const joined = second === undefined ? first : Buffer.concat(lines);
    this.#outlet.write(joined, (octets) => this.#taken({ joined, lines: lines.length }, octets));
  }

  #taken({ joined, lines }: { joined: Buffer; lines: number }, octets: number): void {
    this.#octets -= octets;
    this.#waiting.splice(0, lines);
    if (octets < joined.length) {
      this.#waiting.unshift(joined.subarray(octets));
      setTimeout(() => this.#write(), RETRY_MILLISECONDS);
      return;
    }
    if (this.#lost > 0 && this.#octets < ROOM / 2) {
      this.#append(this.#tellLost(this.#lost));
      this.#lost = 0;
    }
    setImmediate(() => this.#write());
  }
}

// What a program or a peer wrote, as one line for the log and the status: not endless, and harmless to a terminal.
// It knows nothing of what the line says.

/** The characters kept of a line. */
export const LINE_LIMIT = 200;

export const oneLine = (text: string): string =>
  text
    .slice(0, LINE_LIMIT)
    .replace(/\p{Cc}+/gu, ' ')
    .trim();

import { visibleText } from './visible-text';

/** Text on one line of a picture, in columns and rows of a monospaced font. */
export interface Fragment {
  readonly column: number;
  readonly row: number;
  readonly width: number;
  readonly text: string;
}

/** A piece of what is laid out: text around the holes, or a token. */
export interface Piece {
  readonly text: string;
  /** The cell it belongs to; undefined for text around the holes. */
  readonly cell?: number;
}

export interface LaidOut {
  /** Fragments of each piece, in the pieces' order. */
  readonly pieces: readonly (readonly Fragment[])[];
  readonly rows: number;
}

/** The width of a cell without text. */
const EMPTY_WIDTH = 2;
/** A grid's cell, columns, and what lies between two. */
const GRID = { width: 7, gap: 1 };

/** Lays pieces out as running text: newlines break lines, and so does the right edge. */
export function layOutText(pieces: readonly Piece[], columns: number): LaidOut {
  let row = 0;
  let column = 0;
  const breakLine = (): void => {
    row++;
    column = 0;
  };
  const put = (text: string): Fragment => {
    const width = charactersOf(text).length;
    if (column > 0 && column + width > columns) breakLine();
    const fragment = { column, row, width, text };
    column += width;
    return fragment;
  };
  const laidOut = pieces.map(({ text, cell }) => {
    if (cell !== undefined && text === '') return [put(' '.repeat(EMPTY_WIDTH))];
    return (text.match(/[^\n]*\n|[^\n]+/g) ?? []).flatMap((line) => {
      const shown = cell === undefined ? line.replace(/\r?\n$/, '') : visibleText(line);
      const fragments = chunks(shown, columns).map(put);
      if (line.endsWith('\n')) breakLine();
      return fragments;
    });
  });
  return { pieces: laidOut, rows: row + 1 };
}

/** Lays the cells out as a grid, and the text around them as running text above, between and below. */
export function layOutGrid(pieces: readonly Piece[], columns: number): LaidOut {
  const perRow = Math.max(1, Math.floor((columns + GRID.gap) / (GRID.width + GRID.gap)));
  let row = 0;
  let inRow = 0;
  const laidOut = pieces.map((piece): Fragment[] => {
    if (piece.cell === undefined) {
      if (inRow > 0) row++;
      inRow = 0;
      if (piece.text.trim() === '') return [];
      const text = layOutText([{ text: piece.text.replace(/^\n|\n$/g, '') }], columns);
      const fragments = text.pieces[0]!.map((fragment) => ({ ...fragment, row: fragment.row + row }));
      row += text.rows;
      return fragments;
    }
    if (inRow === perRow) {
      row++;
      inRow = 0;
    }
    const column = inRow++ * (GRID.width + GRID.gap);
    const shown = charactersOf(visibleText(piece.text));
    const text = shown.length > GRID.width ? `${shown.slice(0, GRID.width - 1).join('')}…` : shown.join('');
    return [{ column, row, width: GRID.width, text }];
  });
  return { pieces: laidOut, rows: row + (inRow > 0 ? 1 : 0) };
}

/** Splits a text into the characters that a monospaced font gives a column each; some take two, or none. */
export function charactersOf(text: string): string[] {
  return Array.from(text);
}

function chunks(text: string, most: number): string[] {
  const characters = charactersOf(text);
  const parts: string[] = [];
  for (let i = 0; i < characters.length; i += most) parts.push(characters.slice(i, i + most).join(''));
  return parts;
}

/** How tensors that lie one after the other are cut into pieces, and the pieces into groups. */

export interface Piece {
  readonly number: number;
  /** Which of all numbers is its first. */
  readonly first: number;
  readonly length: number;
}

export interface Layout {
  /** The numbers of all tensors. */
  readonly length: number;
  /** By tensor: which of all numbers is its first. */
  readonly starts: readonly number[];
  readonly pieces: readonly Piece[];
  /** By tensor: the pieces that hold some of its numbers. */
  readonly piecesOf: readonly (readonly Piece[])[];
  /** By piece: how many tensors it holds numbers of. */
  readonly tensorsIn: readonly number[];
  /** The pieces from the last to the first: gradients are final in about this order. */
  readonly groups: readonly (readonly Piece[])[];
}

/**
 * @param sizes numbers of each tensor
 * @param piece numbers of a piece
 * @param groups how many groups, at most
 */
export function layOut(sizes: readonly number[], piece: number, groups: number): Layout {
  const starts: number[] = [];
  let length = 0;
  for (const size of sizes) {
    starts.push(length);
    length += size;
  }
  const pieces = Array.from({ length: Math.ceil(length / piece) }, (_, number) => ({
    number,
    first: number * piece,
    length: Math.min(piece, length - number * piece),
  }));
  const piecesOf = sizes.map((size, tensor) => {
    const [first, end] = [starts[tensor]!, starts[tensor]! + size];
    return pieces.slice(Math.floor(first / piece), Math.ceil(end / piece));
  });
  const tensorsIn = pieces.map(() => 0);
  for (const { number } of piecesOf.flat()) tensorsIn[number]!++;
  const perGroup = Math.ceil(pieces.length / groups);
  const backwards = pieces.toReversed();
  return {
    ...{ length, starts, pieces, piecesOf, tensorsIn },
    groups: Array.from({ length: Math.ceil(pieces.length / perGroup) }, (_, group) =>
      backwards.slice(group * perGroup, (group + 1) * perGroup),
    ),
  };
}

/** How the kernels lay out the matrices: all whose shorter side is alike go through the same launches. */
import type { MuonGroup } from './options';

/** A group's place in its family's buffers. */
export interface Placed {
  readonly group: MuonGroup;
  /** Number of its first matrix. */
  readonly matrix: number;
  /** Where that begins, in numbers. */
  readonly offset: number;
  /** Numbers of one matrix. */
  readonly size: number;
  readonly isTall: boolean;
}

/** Groups whose Gram matrices are side × side. */
export interface Family {
  readonly side: number;
  readonly placed: readonly Placed[];
  readonly matrices: number;
  /** Numbers of all matrices together. */
  readonly size: number;
}

export function familiesOf(groups: readonly MuonGroup[]): Family[] {
  const bySide = new Map<number, MuonGroup[]>();
  for (const group of groups) {
    const side = Math.min(group.rows, group.columns);
    bySide.set(side, [...(bySide.get(side) ?? []), group]);
  }
  return [...bySide].map(([side, members]) => {
    let [matrices, length] = [0, 0];
    const placed = members.map((group): Placed => {
      const { rows, columns, names } = group;
      const size = rows * columns;
      const place = { group, matrix: matrices, offset: length, size, isTall: rows > columns };
      matrices += names.length;
      length += names.length * size;
      return place;
    });
    return { side, placed, matrices, size: length };
  });
}

/** WGSL `fn matrixOf(i)`: the number of the matrix that item i, of `perItem` numbers, is of. */
export function matrixOf({ placed }: Family, perItem: number): string {
  const cases = placed.map(({ group, matrix, offset, size }) => {
    const end = (offset + group.names.length * size) / perItem;
    return `if (i < ${end}u) { return ${matrix}u + (i - ${offset / perItem}u) / ${size / perItem}u; }`;
  });
  return `fn matrixOf(i: u32) -> u32 { ${cases.join(' ')} return 0u; }`;
}

/** Matrix product in plain f32: each thread of a 16×16 grid sums warpM × warpN elements. */
import { gemmSource, literal, outputFactor } from './body';
import { isMirrored, type GemmSpec, type Tile } from './spec';

const SIDE = 16;

export function f32Tile({ m, n }: GemmSpec): Tile {
  const perThread = (extent: number): number => (extent <= 32 ? 2 : extent <= 64 ? 4 : 8);
  const [warpM, warpN] = [perThread(m), perThread(n)];
  return {
    m: SIDE * warpM,
    n: SIDE * warpN,
    k: 8,
    warpM,
    warpN,
    prefetch: false,
    vectors: false,
    buffers: 1,
    band: 0,
  };
}

export function f32Source(spec: GemmSpec, tile: Tile): string {
  const strideA = tile.m + 1;
  const strideB = tile.n + 1;
  const rows = Array.from({ length: tile.warpM }, (_, i) => i);
  const columns = Array.from({ length: tile.warpN }, (_, j) => j);
  const each = (code: (i: number, j: number) => string): string =>
    rows.flatMap((i) => columns.map((j) => code(i, j))).join('\n');
  // Both tiles lie k-major in workgroup memory, whichever way the matrix is stored.
  const kMajor = (stride: number, rowsAreK: boolean) => (row: string, column: string) =>
    rowsAreK ? `(${row}) * ${stride}u + ${column}` : `(${column}) * ${stride}u + ${row}`;
  const mirror = (sum: string): string =>
    isMirrored(spec, tile)
      ? `if (m0 != n0) { C[cBase + column * ${spec.c.stride}u + row] = ${sum} * ${literal(factor)}; }`
      : '';
  const factor = outputFactor({ ...spec, scaleA: 1, scaleB: 1 });
  return gemmSource({
    spec: { ...spec, scaleA: 1, scaleB: 1 },
    tile,
    threads: SIDE * SIDE,
    type: 'f32',
    sharedA: tile.k * strideA,
    sharedB: tile.k * strideB,
    indexA: kMajor(strideA, spec.a.transposed),
    indexB: kMajor(strideB, !spec.b.transposed),
    start: `let tx = t % ${SIDE}u; let ty = t / ${SIDE}u;\n${each((i, j) => `var c${i}_${j} = 0.0;`)}`,
    multiply: `for (var k = 0u; k < ${tile.k}u; k++) {
      ${rows.map((i) => `let a${i} = aTile[k * ${strideA}u + ty + ${i * SIDE}u];`).join('\n')}
      ${columns.map((j) => `let b${j} = bTile[k * ${strideB}u + tx + ${j * SIDE}u];`).join('\n')}
      ${each((i, j) => `c${i}_${j} = fma(a${i}, b${j}, c${i}_${j});`)}
    }`,
    finish: each(
      (i, j) => `{
    let row = m0 + ty + ${i * SIDE}u;
    let column = n0 + tx + ${j * SIDE}u;
    if (row < ${spec.m}u && column < ${spec.n}u) {
      C[cBase + row * ${spec.c.stride}u + column] = c${i}_${j} * ${literal(factor)};
      ${mirror(`c${i}_${j}`)}
    }
  }`,
    ),
  });
}

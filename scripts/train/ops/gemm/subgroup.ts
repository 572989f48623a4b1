/**
 * Matrix product on subgroup matrices: f32 inputs are rounded to f16 on their way into workgroup memory, 16×16×16
 * pieces are multiplied by a subgroup and summed in f32. `emulated` generates the same kernel with each piece
 * computed by 32 lanes in plain f32, so that everything but the matrix instructions is tested without them.
 */
import { SUBGROUP_MATRIX_DIRECTIVES } from '../shared/wgsl';
import { gemmSource, isVectorOperand, literal, outputFactor } from './body';
import { isMirrored, type GemmSpec, type Tile } from './spec';
import { formOf, PRODUCT_CHOICE } from './variants';

const PIECE = 16;
const LANES = 32;
/** Extra elements per row of a tile in workgroup memory, against bank conflicts. */
const PADDING = 8;

/** @param wideWarps whether a subgroup has registers enough for 64×64 sums */
export function subgroupTile(spec: GemmSpec, wideWarps: boolean): Tile {
  const { m, n } = spec;
  const how = { k: 32, prefetch: true, vectors: false, buffers: 1, band: 0 } as const;
  if (n <= 64) return { m: 128, n: 64, warpM: 32, warpN: 32, ...how };
  if (m <= 64) return { m: 64, n: 128, warpM: 32, warpN: 32, ...how };
  // Wide warps leave no registers to prefetch into.
  return wideWarps
    ? {
        ...how,
        m: 128,
        n: 128,
        warpM: 64,
        warpN: 64,
        prefetch: false,
        vectors: true,
        ...PRODUCT_CHOICE.tiles[formOf(spec)],
      }
    : { m: 128, n: 128, warpM: 64, warpN: 32, ...how };
}

/**
 * For tests: a CPU takes long to compile large tiles, and few rows cross several small ones. f32 takes twice the
 * workgroup memory, so half the depth.
 */
export function emulatedTile(spec: GemmSpec): Tile {
  return { ...subgroupTile(spec, false), m: 32, n: 32, warpM: 16, warpN: 16, k: 16 };
}

export function subgroupSource(spec: GemmSpec, tile: Tile, emulated: boolean): string {
  const { a, b, c } = spec;
  const across = tile.n / tile.warpN;
  const subgroups = (tile.m / tile.warpM) * across;
  const rows = Array.from({ length: tile.warpM / PIECE }, (_, i) => i);
  const columns = Array.from({ length: tile.warpN / PIECE }, (_, j) => j);
  const pieces = rows.flatMap((i) => columns.map((j) => ({ i, j, name: `c${i}_${j}` })));
  const strideA = (a.transposed ? tile.m : tile.k) + PADDING;
  const strideB = (b.transposed ? tile.k : tile.n) + PADDING;
  const stored = (stride: number) => (row: string, column: string) => `${row} * ${stride}u + ${column}`;
  const [widthA, widthB] = (['a', 'b'] as const).map((name) =>
    tile.vectors && isVectorOperand(spec, name) ? 4 : 1,
  ) as [1 | 4, 1 | 4];
  const sumType = emulated ? 'array<f32, 8>' : 'subgroup_matrix_result<f32, 16, 16>';
  const factor = outputFactor(spec);
  const ragged = spec.m % PIECE !== 0 || spec.n % PIECE !== 0;

  // Where the piece (or element) at row r, depth k of a (depth k, column of b) starts in workgroup memory.
  const [readA, readB] = tile.buffers === 2 ? ['aRead + ', 'bRead + '] : ['', ''];
  const offsetA = (r: string, k: string): string =>
    readA + (a.transposed ? `(${k}) * ${strideA}u + ${r}` : `(${r}) * ${strideA}u + ${k}`);
  const offsetB = (k: string, column: string): string =>
    readB + (b.transposed ? `(${column}) * ${strideB}u + ${k}` : `(${k}) * ${strideB}u + ${column}`);

  const [majorA, majorB] = [a, b].map(({ transposed }) => (transposed ? 'col_major' : 'row_major'));
  const nativeStep = (k: number): string => `{
    ${rows
      .map(
        (i) => `let a${i} = subgroupMatrixLoad<subgroup_matrix_left<f16, 16, 16>, ${majorA}>(
      &aTile, (${offsetA(`(warpRow + ${i * PIECE}u)`, `${k}u`)}) / ${widthA}u, ${strideA / widthA}u);`,
      )
      .join('\n')}
    ${columns
      .map(
        (j) => `let b${j} = subgroupMatrixLoad<subgroup_matrix_right<f16, 16, 16>, ${majorB}>(
      &bTile, (${offsetB(`${k}u`, `(warpColumn + ${j * PIECE}u)`)}) / ${widthB}u, ${strideB / widthB}u);`,
      )
      .join('\n')}
    ${pieces
      .map(({ i, j, name }) => `${name} = subgroupMatrixMultiplyAccumulate(a${i}, b${j}, ${name});`)
      .join('\n')}
  }`;
  // Lane l holds row l / 2 and the eight columns from (l % 2) · 8.
  const emulatedStep = (k: number): string => `for (var k = ${k}u; k < ${k + PIECE}u; k++) {
    ${pieces
      .map(
        ({ i, j, name }) => `{
      let x = aTile[${offsetA(`warpRow + ${i * PIECE}u + lane / 2u`, 'k')}];
      for (var e = 0u; e < 8u; e++) {
        ${name}[e] += x * bTile[${offsetB('k', `warpColumn + ${j * PIECE}u + (lane % 2u) * 8u + e`)}];
      }
    }`,
      )
      .join('\n')}
  }`;
  const steps = Array.from({ length: tile.k / PIECE }, (_, s) =>
    emulated ? emulatedStep(s * PIECE) : nativeStep(s * PIECE),
  ).join('\n');

  const scaled = (name: string): string =>
    factor === 1
      ? ''
      : emulated
        ? `${name} = scaled8(${name});`
        : `${name} = subgroupMatrixScalarMultiply(${name}, ${literal(factor)});`;
  const write = (name: string, buffer: string, offset: string, stride: string): string =>
    emulated
      ? `for (var e = 0u; e < 8u; e++) {
  ${buffer}[${offset} + (lane / 2u) * ${stride} + (lane % 2u) * 8u + e] = ${name}[e];
}`
      : `subgroupMatrixStore<row_major>(&${buffer}, ${offset}, ${name}, ${stride});`;
  const writeTransposed = (name: string): string =>
    emulated
      ? `for (var e = 0u; e < 8u; e++) {
  C[cBase + (column + (lane % 2u) * 8u + e) * ${c.stride}u + row + lane / 2u] = ${name}[e];
}`
      : `subgroupMatrixStore<col_major>(&C, cBase + column * ${c.stride}u + row, ${name}, ${c.stride}u);`;
  const mirror = (code: string): string => (isMirrored(spec, tile) ? `if (m0 != n0) { ${code} }` : '');
  // Whole pieces go straight to the buffer. At a ragged edge they pass through workgroup memory, element by element.
  const finish = pieces.map(({ i, j, name }) => {
    const origin = `let row = m0 + warpRow + ${i * PIECE}u;
  let column = n0 + warpColumn + ${j * PIECE}u;`;
    const inside = [
      ...(spec.m % tile.m === 0 ? [] : [`row < ${spec.m}u`]),
      ...(spec.n % tile.n === 0 ? [] : [`column < ${spec.n}u`]),
    ];
    if (!ragged) {
      const store = `${write(name, 'C', `cBase + row * ${c.stride}u + column`, `${c.stride}u`)}
  ${mirror(writeTransposed(name))}`;
      return `{
  ${scaled(name)}
  ${origin}
  ${inside.length === 0 ? store : `if (${inside.join(' && ')}) { ${store} }`}
}`;
    }
    return `{
  ${scaled(name)}
  ${origin}
  let stageBase = subgroup * ${PIECE * PIECE}u;
  ${write(name, 'stage', 'stageBase', `${PIECE}u`)}
  workgroupBarrier();
  for (var e = lane; e < ${PIECE * PIECE}u; e += ${LANES}u) {
    let r = row + e / ${PIECE}u;
    let q = column + e % ${PIECE}u;
    if (r < ${spec.m}u && q < ${spec.n}u) {
      C[cBase + r * ${c.stride}u + q] = stage[stageBase + e];
      ${mirror(`C[cBase + q * ${c.stride}u + r] = stage[stageBase + e];`)}
    }
  }
  workgroupBarrier();
}`;
  });

  return gemmSource({
    spec,
    tile,
    threads: subgroups * LANES,
    type: emulated ? 'f32' : 'f16',
    sharedA: (a.transposed ? tile.k : tile.m) * strideA,
    sharedB: (b.transposed ? tile.n : tile.k) * strideB,
    widthA,
    widthB,
    indexA: stored(strideA),
    indexB: stored(strideB),
    directives: emulated ? '' : SUBGROUP_MATRIX_DIRECTIVES,
    declarations: [
      ragged ? `var<workgroup> stage: array<f32, ${subgroups * PIECE * PIECE}>;` : '',
      emulated && factor !== 1
        ? `fn scaled8(x: array<f32, 8>) -> array<f32, 8> {
  var y = x;
  for (var e = 0u; e < 8u; e++) { y[e] *= ${literal(factor)}; }
  return y;
}`
        : '',
    ].join('\n'),
    start: `let subgroup = t / ${LANES}u;
  let lane = t % ${LANES}u;
  let warpRow = (subgroup / ${across}u) * ${tile.warpM}u;
  let warpColumn = (subgroup % ${across}u) * ${tile.warpN}u;
  ${pieces.map(({ name }) => `var ${name}: ${sumType};`).join('\n')}`,
    multiply: steps,
    finish: finish.join('\n'),
  });
}

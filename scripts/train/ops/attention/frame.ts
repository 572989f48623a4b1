/**
 * The frame of the fused attention kernels. A workgroup owns a tile of rows (queries or keys) of one head of one sample
 * and goes through the other side in tiles of 32. A subgroup owns 16 of the rows, two lanes share a row where numbers
 * are handled one by one, and a tile of the other side is one word of the bit masks that say who sees whom.
 */
import { literal } from '../gemm/body';
import { tileLoad, type TileLoadCode } from '../gemm/tile-load';
import { bindings, unroll, type Binding } from '../shared/wgsl';
import {
  ACROSS,
  aligned,
  FACTOR_STRIDE,
  otherStride,
  PER_LANE,
  rowsOf,
  SUM_STRIDE,
  type FlashSpec,
} from './flash-spec';
import { ROW_KIND_CONSTANTS } from './row-kind';
import { piecesOf, LANES, PIECE, type Pieces, type Placed } from './pieces';

interface Matrix {
  readonly buffer: string;
  /** The power of two it is multiplied by on its way to f16. */
  readonly scale?: number;
}

/** Which rows of the other side a row sees, as conditions on the `kind` of either. */
interface Sight {
  /** The other side's rows that are no holes but may be seen. */
  readonly plain: string;
  /** Who sees those, and who sees holes. */
  readonly seesPlain: string;
  readonly seesHoles: string;
}

/**
 * In scope of a body: `t`; `row`, the row that this lane and its neighbour share, and `live`, the same within bounds;
 * `base` and `statsBase`, where the head begins in [batch·length, heads·headWidth] and in [batch, heads, length].
 */
export class FlashFrame {
  readonly pieces: Pieces;
  /** Pieces that a head is wide. */
  readonly depth: number;
  /** Item type of the matrices' bindings. */
  readonly storage = 'vec4f';
  /** Rows that the workgroup owns. */
  readonly rows: number;
  readonly #threads: number;
  readonly #loads = new Map<string, TileLoadCode>();

  constructor(readonly spec: FlashSpec) {
    this.pieces = piecesOf(spec.emulated);
    this.depth = spec.headWidth / PIECE;
    this.rows = rowsOf(spec);
    this.#threads = spec.subgroups * LANES;
  }

  /** The whole kernel around `body`. */
  source(
    inputs: readonly Binding[],
    outputs: readonly Binding[],
    sight: Sight,
    others: readonly Matrix[],
    declarations: string,
    body: string,
  ): string {
    const { headWidth, shape } = this.spec;
    const { heads, length } = shape;
    const tiles = Math.ceil(length / ACROSS);
    const words = aligned(tiles);
    const { type } = this.pieces;
    const otherSize = ACROSS * otherStride(headWidth);
    return `${this.pieces.directives}
${ROW_KIND_CONSTANTS}
${bindings(inputs, outputs)}
${others.map(({ buffer }) => `var<workgroup> tile${buffer}: array<${type}, ${otherSize}>;`).join('\n')}
var<workgroup> sums: array<f32, ${this.rows * SUM_STRIDE}>;
var<workgroup> factors: array<${type}, ${this.rows * FACTOR_STRIDE}>;
var<workgroup> plainBits: array<atomic<u32>, ${words}>;
var<workgroup> holeBits: array<atomic<u32>, ${words}>;
var<workgroup> sights: array<atomic<u32>, ${aligned(1)}>;
var<workgroup> seenTiles: array<u32, ${words}>;
var<workgroup> seenCount: array<u32, ${aligned(1)}>;
${declarations}
@compute @workgroup_size(${this.#threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) t: u32) {
  let row0 = workgroup.x * ${this.rows}u;
  let head = workgroup.y;
  let sample = workgroup.z;
  let base = (sample * ${length * heads}u + head) * ${headWidth}u;
  let statsBase = (sample * ${heads}u + head) * ${length}u;
  let lane = t % ${LANES}u;
  let firstRow = (t / ${LANES}u) * ${PIECE}u;
  let row = row0 + t / 2u;
  let live = min(row, ${length - 1}u);
  // Where a lane starts in a tile's row: so that no two lanes meet in a bank.
  let shift = t % 2u + 2u * (lane / 16u);
  for (var j = t; j < ${length}u; j += ${this.#threads}u) {
    let kind = kinds[sample * ${length}u + j];
    if (kind == HOLE) { atomicOr(&holeBits[j / ${ACROSS}u], 1u << (j % ${ACROSS}u)); }
    else if (${sight.plain}) { atomicOr(&plainBits[j / ${ACROSS}u], 1u << (j % ${ACROSS}u)); }
  }
  let kind = kinds[sample * ${length}u + live];
  let seesPlain = row < ${length}u && (${sight.seesPlain});
  let seesHoles = row < ${length}u && (${sight.seesHoles});
  if (seesPlain) { atomicOr(&sights[0], 1u); }
  if (seesHoles) { atomicOr(&sights[0], 2u); }
  workgroupBarrier();
  if (t == 0u) {
    let seen = atomicLoad(&sights[0]);
    var count = 0u;
    for (var tile = 0u; tile < ${tiles}u; tile++) {
      let bits = select(0u, atomicLoad(&plainBits[tile]), (seen & 1u) != 0u)
        | select(0u, atomicLoad(&holeBits[tile]), (seen & 2u) != 0u);
      if (bits != 0u) { seenTiles[count] = tile; count++; }
    }
    seenCount[0] = count;
  }
  let count = workgroupUniformLoad(&seenCount[0]);
  ${others.map((matrix) => this.#otherLoad(matrix).declare).join('\n')}
  ${body}
}`;
  }

  /** Brings the workgroup's own tile of a matrix into left pieces `${name}0` … of every subgroup. */
  own(name: string, matrix: Matrix): string {
    const load = this.#load(`${name}Own`, matrix, {
      shared: 'factors',
      rows: this.rows,
      columns: ACROSS,
      stride: FACTOR_STRIDE,
    });
    const names = Array.from({ length: this.depth }, (_, step) => `${name}${step}`);
    const steps = ACROSS / PIECE;
    const chunks = unroll(Math.ceil(this.depth / steps), (chunk) => {
      const part = names.slice(chunk * steps, (chunk + 1) * steps);
      return `${load.fetch('row0', `${chunk * ACROSS}u`)}
  workgroupBarrier();
  ${load.commit}
  workgroupBarrier();
  ${part.map((left, i) => this.pieces.loadLeft(left, this.#ownFactor(i))).join('\n')}`;
    });
    return `${names.map((left) => this.pieces.declareLeft(left)).join('\n')}\n${load.declare}\n${chunks}`;
  }

  /** A loop over the tiles of the other side that any of the rows sees; `tile` is its number, `bits` what this row sees of it. */
  eachTile(others: readonly Matrix[], commit: string, body: string): string {
    const loads = others.map((matrix) => this.#otherLoad(matrix));
    const fetch = (tile: string): string =>
      loads.map((load) => load.fetch(`(seenTiles[${tile}] * ${ACROSS}u)`, '0u')).join('\n');
    // The next tile's reads are under way while this one is worked on; after the last there is nothing new.
    return `${fetch('0u')}
  for (var turn = 0u; turn < count; turn++) {
    let tile = seenTiles[turn];
    let bits = select(0u, atomicLoad(&plainBits[tile]), seesPlain)
      | select(0u, atomicLoad(&holeBits[tile]), seesHoles);
    workgroupBarrier();
    ${loads.map(({ commit: write }) => write).join('\n')}
    ${commit}
    workgroupBarrier();
    ${fetch('min(turn + 1u, count - 1u)')}
    ${body}
  }`;
  }

  /** sums = own · otherᵀ; every subgroup's rows are ready after the barrier. */
  score(own: string, other: string): string {
    const stride = otherStride(this.spec.headWidth);
    const products = unroll(ACROSS / PIECE, (j) => {
      const multiplies = unroll(this.depth, (step) =>
        this.pieces.multiply('c', `${own}${step}`, {
          buffer: `tile${other}`,
          offset: `${j * PIECE * stride + step * PIECE}u`,
          stride,
          transposed: true,
        }),
      );
      return `{
${this.pieces.declareSum('c')}
${multiplies}
${this.pieces.store('c', this.#ownSum(j))}
}`;
    });
    return `${products}\nworkgroupBarrier();`;
  }

  /**
   * Code for each of the numbers of the tile that this lane handles: `at` is where its sum lies, `column` its own, `i`
   * its index among the lane's. Unrolled, so that an array of these stays in registers; drivers for CPUs would compile
   * for half a minute, and loop.
   */
  eachNumber(code: string): string {
    const step = `let column = (2u * i + shift) % ${ACROSS}u;
      let at = (t / 2u) * ${SUM_STRIDE}u + column;
      let seen = ((bits >> column) & 1u) != 0u;
      ${code}`;
    return this.spec.emulated
      ? `for (var i = 0u; i < ${PER_LANE}u; i++) { ${step} }`
      : unroll(PER_LANE, (i) => `{ const i = ${i}u; ${step} }`);
  }

  declareNumbers(name: string): string {
    return `var ${name}: array<f32, ${PER_LANE}>;`;
  }

  /** Where a factor of this lane's number goes, to be multiplied by `mix`. */
  readonly factor = `factors[(t / 2u) * ${FACTOR_STRIDE}u + column]`;

  declareMix(name: string): string {
    return unroll(this.depth, (j) => this.pieces.declareSum(`${name}${j}`));
  }

  /** `${name}0` … += factors · other. */
  mix(name: string, other: string): string {
    const stride = otherStride(this.spec.headWidth);
    return unroll(ACROSS / PIECE, (step) => {
      const multiplies = unroll(this.depth, (j) =>
        this.pieces.multiply(`${name}${j}`, 'a', {
          buffer: `tile${other}`,
          offset: `${step * PIECE * stride + j * PIECE}u`,
          stride,
          transposed: false,
        }),
      );
      return `{
${this.pieces.declareLeft('a')}
${this.pieces.loadLeft('a', this.#ownFactor(step))}
${multiplies}
}`;
    });
  }

  /** Writes the sums to the workgroup's own tile of a buffer, times `factor`. */
  write(name: string, buffer: string, factor: number): string {
    const { headWidth, shape } = this.spec;
    const steps = ACROSS / PIECE;
    return unroll(Math.ceil(this.depth / steps), (chunk) => {
      const part = Array.from({ length: this.depth }, (_, j) => `${name}${j}`).slice(
        chunk * steps,
        (chunk + 1) * steps,
      );
      return `workgroupBarrier();
  ${part.map((sum, j) => this.pieces.store(sum, this.#ownSum(j))).join('\n')}
  workgroupBarrier();
  for (var i = t; i < ${this.rows * ACROSS}u; i += ${this.#threads}u) {
    let r = row0 + i / ${ACROSS}u;
    let column = ${chunk * ACROSS}u + i % ${ACROSS}u;
    if (r < ${shape.length}u && column < ${headWidth}u) {
      ${buffer}[base + r * ${shape.heads * headWidth}u + column] =
        sums[(i / ${ACROSS}u) * ${SUM_STRIDE}u + i % ${ACROSS}u] * ${literal(factor)};
    }
  }`;
    });
  }

  #ownSum(j: number): Placed {
    return { buffer: 'sums', offset: `firstRow * ${SUM_STRIDE}u + ${j * PIECE}u`, stride: SUM_STRIDE };
  }

  #ownFactor(j: number): Placed {
    return {
      buffer: 'factors',
      offset: `firstRow * ${FACTOR_STRIDE}u + ${j * PIECE}u`,
      stride: FACTOR_STRIDE,
    };
  }

  #otherLoad(matrix: Matrix): TileLoadCode {
    let load = this.#loads.get(matrix.buffer);
    if (load === undefined) {
      load = this.#load(`${matrix.buffer}Other`, matrix, {
        shared: `tile${matrix.buffer}`,
        rows: ACROSS,
        columns: this.spec.headWidth,
        stride: otherStride(this.spec.headWidth),
      });
      this.#loads.set(matrix.buffer, load);
    }
    return load;
  }

  #load(
    name: string,
    { buffer, scale = 1 }: Matrix,
    to: { shared: string; rows: number; columns: number; stride: number },
  ): TileLoadCode {
    const { headWidth, shape } = this.spec;
    return tileLoad({
      name,
      buffer,
      scale,
      shared: to.shared,
      rows: to.rows,
      columns: to.columns,
      maxRows: shape.length,
      maxColumns: headWidth,
      stride: shape.heads * headWidth,
      base: 'base',
      threads: this.#threads,
      type: this.pieces.type,
      width: 4,
      sharedWidth: 1,
      index: (row, column) => `${row} * ${to.stride}u + ${column}`,
    });
  }
}

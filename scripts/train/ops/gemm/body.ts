/** The frame both matrix kernels share: bindings, tile origins, the loop over k. */
import { isVector, tileLoad } from './tile-load';
import { isMirrored, splitDepth, type GemmSpec, type MatrixLayout, type Tile } from './spec';

export interface Frame {
  readonly spec: GemmSpec;
  readonly tile: Tile;
  readonly threads: number;
  /** Type of workgroup memory. */
  readonly type: 'f16' | 'f32';
  /** Size in elements of the two tiles in workgroup memory. */
  readonly sharedA: number;
  readonly sharedB: number;
  /** Elements per item of the two tiles in workgroup memory: 4 only where the operand is read so. */
  readonly widthA?: 1 | 4;
  readonly widthB?: 1 | 4;
  /** Index in workgroup memory of the element at stored (row, column) of a and b. */
  readonly indexA: (row: string, column: string) => string;
  readonly indexB: (row: string, column: string) => string;
  readonly directives?: string;
  readonly declarations?: string;
  /** Before the loop, for each tile in workgroup memory, and after the loop (m0, n0, cBase and t in scope). */
  readonly start: string;
  readonly multiply: string;
  readonly finish: string;
}

/** Where the contiguous index of an operand runs to. */
function contiguous({ m, n, k, a, b }: GemmSpec, name: 'a' | 'b'): number {
  return name === 'a' ? (a.transposed ? m : k) : b.transposed ? k : n;
}

/** Tells if an operand can be read four elements at a time. */
export function isVectorOperand(spec: GemmSpec, name: 'a' | 'b'): boolean {
  const { stride, outer, inner, offset = 0, half = false } = spec[name];
  return half || isVector(contiguous(spec, name), stride, outer, inner, offset);
}

function batchOffset({ outer, inner, offset = 0 }: MatrixLayout, innerCount: number): string {
  return `(${offset}u + (z / ${innerCount}u) * ${outer}u + (z % ${innerCount}u) * ${inner}u)`;
}

/** WGSL: this workgroup's tile, tiles counted along a band of rows before the next. */
function tileOrigin({ m, n }: GemmSpec, tile: Tile): string {
  const [down, across] = [Math.ceil(m / tile.m), Math.ceil(n / tile.n)];
  if (tile.band === 0) return `let m0 = workgroup.y * ${tile.m}u;\n  let n0 = workgroup.x * ${tile.n}u;`;
  return `let order = workgroup.y * ${across}u + workgroup.x;
  let bandStart = order / ${across * tile.band}u * ${tile.band}u;
  let bandRows = min(${tile.band}u, ${down}u - bandStart);
  let m0 = (bandStart + order % ${across * tile.band}u % bandRows) * ${tile.m}u;
  let n0 = (order % ${across * tile.band}u / bandRows) * ${tile.n}u;`;
}

function shared(type: string, width: 1 | 4): string {
  return width === 4 ? `vec4<${type}>` : type;
}

const STORED = { 1: 'f32', 4: 'vec4f', 8: 'vec4u' } as const;

interface Loads {
  /** Reads the tiles from depth k0 on into registers. */
  readonly fetch: (k0: string) => string;
  /** Writes the registers to workgroup memory. */
  readonly commit: string;
}

function oneBuffer({ tile, multiply }: Frame, { fetch, commit }: Loads): string {
  return `${tile.prefetch ? fetch('kBegin') : ''}
  for (var k0 = kBegin; k0 < kEnd; k0 += ${tile.k}u) {
    ${tile.prefetch ? '' : fetch('k0')}
    ${commit}
    workgroupBarrier();
    ${tile.prefetch ? `if (k0 + ${tile.k}u < kEnd) {\n${fetch(`(k0 + ${tile.k}u)`)}\n}` : ''}
    ${multiply}
    workgroupBarrier();
  }`;
}

/** Alternates two buffers: a round writes memory that was last read in the round before, which the barrier at this one's start has ended. */
function twoBuffers({ tile, multiply, sharedA, sharedB }: Frame, { fetch, commit }: Loads): string {
  const more = (code: string): string => `if (k0 + ${tile.k}u < kEnd) {\n${code}\n}`;
  const next = fetch(`(k0 + ${tile.k}u)`);
  return `var aWrite = 0u; var bWrite = 0u;
  ${fetch('kBegin')}
  ${commit}
  for (var k0 = kBegin; k0 < kEnd; k0 += ${tile.k}u) {
    let aRead = aWrite; let bRead = bWrite;
    aWrite = ${sharedA}u - aRead; bWrite = ${sharedB}u - bRead;
    workgroupBarrier();
    ${tile.prefetch ? more(next) : more(`${next}\n${commit}`)}
    ${multiply}
    ${tile.prefetch ? more(commit) : ''}
  }`;
}

export function gemmSource(frame: Frame): string {
  const { spec, tile, threads } = frame;
  const { m, n, k, a, b, c, inner, splits } = spec;
  const [widthA, widthB] = [frame.widthA ?? 1, frame.widthB ?? 1];
  const written = (index: Frame['indexA'], base: string): Frame['indexA'] =>
    tile.buffers === 1 ? index : (row, column) => base + index(row, column);
  const load = (
    name: 'a' | 'b',
  ): ReturnType<typeof tileLoad> & { width: 1 | 4 | 8; at(k0: string): string } => {
    const isA = name === 'a';
    const layout = isA ? a : b;
    // Stored rows run over k for a transposed a and a plain b.
    const rowsAreK = isA === layout.transposed;
    const [extent, tileExtent, origin] = isA ? [m, tile.m, 'm0'] : [n, tile.n, 'n0'];
    const maxColumns = contiguous(spec, name);
    const width = layout.half === true ? 8 : isVectorOperand(spec, name) ? 4 : 1;
    const code = tileLoad({
      name: `${name}Next`,
      buffer: name.toUpperCase(),
      shared: `${name}Tile`,
      rows: rowsAreK ? tile.k : tileExtent,
      columns: rowsAreK ? tileExtent : tile.k,
      maxRows: rowsAreK ? k : extent,
      maxColumns,
      stride: layout.stride,
      base: `${name}Base`,
      threads,
      scale: isA ? spec.scaleA : spec.scaleB,
      type: frame.type,
      width,
      index: written(isA ? frame.indexA : frame.indexB, `${name}Write + `),
      sharedWidth: isA ? widthA : widthB,
    });
    return { ...code, width, at: (k0) => (rowsAreK ? code.fetch(k0, origin) : code.fetch(origin, k0)) };
  };
  const [loadA, loadB] = [load('a'), load('b')];
  const fetch = (k0: string): string => `${loadA.at(k0)}\n${loadB.at(k0)}`;
  const commit = `${loadA.commit}\n${loadB.commit}`;
  return `${frame.directives ?? ''}
@group(0) @binding(0) var<storage, read> A: array<${STORED[loadA.width]}>;
@group(0) @binding(1) var<storage, read> B: array<${STORED[loadB.width]}>;
@group(0) @binding(2) var<storage, read_write> C: array<f32>;
var<workgroup> aTile: array<${shared(frame.type, widthA)}, ${(tile.buffers * frame.sharedA) / widthA}>;
var<workgroup> bTile: array<${shared(frame.type, widthB)}, ${(tile.buffers * frame.sharedB) / widthB}>;
${frame.declarations ?? ''}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) t: u32) {
  ${tileOrigin(spec, tile)}
  ${isMirrored(spec, tile) ? 'if (n0 < m0) { return; }' : ''}
  let z = workgroup.z / ${splits}u;
  let split = workgroup.z % ${splits}u;
  let aBase = ${batchOffset(a, inner)};
  let bBase = ${batchOffset(b, inner)};
  let cBase = ${batchOffset(c, inner)} + split * ${m * c.stride}u;
  let kBegin = split * ${splitDepth(spec, tile)}u;
  let kEnd = min(kBegin + ${splitDepth(spec, tile)}u, ${k}u);
  ${loadA.declare}
  ${loadB.declare}
  ${frame.start}
  ${tile.buffers === 2 ? twoBuffers(frame, { fetch, commit }) : oneBuffer(frame, { fetch, commit })}
  ${frame.finish}
}`;
}

/** The factor the sum is multiplied by: alpha, less the scales that were multiplied in. */
export function outputFactor(spec: GemmSpec): number {
  return spec.alpha / (spec.scaleA * spec.scaleB);
}

/** A WGSL literal of type f32. */
export function literal(value: number): string {
  return `f32(${value})`;
}

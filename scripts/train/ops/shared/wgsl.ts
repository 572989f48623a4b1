/** Pieces of WGSL and dispatch sizes that the kernels share. */
import type { Gpu, Grid } from '../../backend/gpu';

export const THREADS = 256;
/** Rows of a row kernel's workgroup, and lanes that share a row. */
export const ROWS_PER_GROUP = 8;
export const LANES_PER_ROW = 32;
/** Below the 65,535 workgroups a dispatch may have per dimension. */
const MAX_GRID_WIDTH = 32768;

/** Workgroups in two dimensions; `groupIndex` in WGSL is their number. */
export function gridOf(groups: number): Grid {
  return groups <= MAX_GRID_WIDTH ? [groups] : [MAX_GRID_WIDTH, Math.ceil(groups / MAX_GRID_WIDTH)];
}

export type Binding = readonly [name: string, type: string];

/** Declares the inputs, then the outputs, in the order `Gpu.record` binds them. */
export function bindings(inputs: readonly Binding[], outputs: readonly Binding[]): string {
  return [
    ...inputs.map(([name, type]) => [name, type, 'read'] as const),
    ...outputs.map(([name, type]) => [name, type, 'read_write'] as const),
  ]
    .map(
      ([name, type, access], i) =>
        `@group(0) @binding(${i}) var<storage, ${access}> ${name}: array<${type}>;`,
    )
    .join('\n');
}

/** The head of an entry point of 256 threads, with the workgroup's number in `group` and the thread's in `t`. */
export const ENTRY = `@compute @workgroup_size(${THREADS})
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) t: u32,
) {
  let group = workgroup.y * grid.x + workgroup.x;`;

/** One thread per item: `body` sees the item's number as `i`. */
export function flatSource(declarations: string, items: number, body: string): string {
  return `${declarations}
${ENTRY}
  let i = group * ${THREADS}u + t;
  if (i >= ${items}u) { return; }
  ${body}
}`;
}

export function flatGrid(items: number): Grid {
  return gridOf(Math.ceil(items / THREADS));
}

/** Directives of kernels that multiply subgroup matrices; they come first in a source. */
export const SUBGROUP_MATRIX_DIRECTIVES = `diagnostic(off, chromium.subgroup_matrix_uniformity);
enable f16;
enable subgroups;
enable chromium_experimental_subgroup_matrix;`;

/** Directives that `laneReduction` needs; they come first in a source. */
export function reductionDirectives(gpu: Gpu): string {
  return gpu.capabilities.subgroups32 ? 'enable subgroups;\ndiagnostic(off, subgroup_uniformity);' : '';
}

/**
 * Defines `name(value, t)`: the reduction over each run of `lanes` consecutive threads, known to all of them.
 * Must be called by the whole workgroup.
 */
export function laneReduction(
  gpu: Gpu,
  name: string,
  type: 'f32' | 'vec2f',
  lanes: number,
  combine: 'sum' | 'max',
): string {
  const join = (a: string, b: string): string => (combine === 'sum' ? `${a} + ${b}` : `max(${a}, ${b})`);
  const powerOfTwo = (lanes & (lanes - 1)) === 0;
  if (gpu.capabilities.subgroups32 && powerOfTwo && lanes <= 32) {
    if (lanes === 32)
      return `fn ${name}(value: ${type}, t: u32) -> ${type} {
  return ${combine === 'sum' ? 'subgroupAdd' : 'subgroupMax'}(value);
}`;
    const steps = Array.from(
      { length: Math.log2(lanes) },
      (_, i) => `v = ${join('v', `subgroupShuffleXor(v, ${2 ** i}u)`)};`,
    );
    return `fn ${name}(value: ${type}, t: u32) -> ${type} {
  var v = value;
  ${steps.join('\n  ')}
  return v;
}`;
  }
  return `var<workgroup> ${name}Scratch: array<${type}, ${THREADS}>;
fn ${name}(value: ${type}, t: u32) -> ${type} {
  ${name}Scratch[t] = value;
  workgroupBarrier();
  let first = t - t % ${lanes}u;
  var v = ${name}Scratch[first];
  for (var e = 1u; e < ${lanes}u; e++) { v = ${join('v', `${name}Scratch[first + e]`)}; }
  workgroupBarrier();
  return v;
}`;
}

/** The text of `code(i)` for i = 0 … count − 1. */
export function unroll(count: number, code: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => code(i)).join('\n');
}

/**
 * WGSL for the 16×16×16 pieces that the fused attention multiplies: subgroup matrices of f16 summed in f32, or the same
 * data movement computed by 32 lanes in plain f32 (`emulated`), so that all else is tested without the hardware.
 * In scope: `lane`, the thread's number in its subgroup.
 */
import { SUBGROUP_MATRIX_DIRECTIVES } from '../shared/wgsl';

export const PIECE = 16;
export const LANES = 32;

/** A 16×16 piece of a matrix in workgroup memory, at `offset` with rows `stride` apart. */
export interface Placed {
  readonly buffer: string;
  readonly offset: string;
  readonly stride: number;
}

export interface Pieces {
  readonly directives: string;
  /** Type of the factors in workgroup memory. */
  readonly type: 'f16' | 'f32';
  declareLeft(name: string): string;
  loadLeft(name: string, from: Placed): string;
  /** A sum, zero at first. */
  declareSum(name: string): string;
  /** sum += left · right; `transposed`: right lies in memory with its columns as rows. */
  multiply(sum: string, left: string, right: Placed & { readonly transposed: boolean }): string;
  store(sum: string, to: Placed): string;
}

const NATIVE: Pieces = {
  directives: SUBGROUP_MATRIX_DIRECTIVES,
  type: 'f16',
  declareLeft: (name) => `var ${name}: subgroup_matrix_left<f16, 16, 16>;`,
  loadLeft: (name, { buffer, offset, stride }) =>
    `${name} = subgroupMatrixLoad<subgroup_matrix_left<f16, 16, 16>, row_major>(
  &${buffer}, ${offset}, ${stride}u);`,
  declareSum: (name) => `var ${name} = subgroup_matrix_result<f32, 16, 16>();`,
  multiply: (sum, left, { buffer, offset, stride, transposed }) =>
    `${sum} = subgroupMatrixMultiplyAccumulate(
  ${left},
  subgroupMatrixLoad<subgroup_matrix_right<f16, 16, 16>, ${transposed ? 'col' : 'row'}_major>(
    &${buffer}, ${offset}, ${stride}u),
  ${sum});`,
  store: (sum, { buffer, offset, stride }) =>
    `subgroupMatrixStore<row_major>(&${buffer}, ${offset}, ${sum}, ${stride}u);`,
};

/** Lane l holds row l / 2: of a left piece all of it, of a sum the eight columns from (l % 2) · 8. */
const EMULATED: Pieces = {
  directives: '',
  type: 'f32',
  declareLeft: (name) => `var ${name}: array<f32, 16>;`,
  loadLeft: (name, { buffer, offset, stride }) =>
    `for (var k = 0u; k < 16u; k++) {
  ${name}[k] = ${buffer}[${offset} + (lane / 2u) * ${stride}u + k];
}`,
  declareSum: (name) => `var ${name} = array<f32, 8>();`,
  multiply: (sum, left, { buffer, offset, stride, transposed }) => {
    const column = '((lane % 2u) * 8u + e)';
    const at = transposed ? `${column} * ${stride}u + k` : `k * ${stride}u + ${column}`;
    return `for (var k = 0u; k < 16u; k++) {
  for (var e = 0u; e < 8u; e++) { ${sum}[e] += ${left}[k] * ${buffer}[${offset} + ${at}]; }
}`;
  },
  store: (sum, { buffer, offset, stride }) =>
    `for (var e = 0u; e < 8u; e++) {
  ${buffer}[${offset} + (lane / 2u) * ${stride}u + (lane % 2u) * 8u + e] = ${sum}[e];
}`,
};

export function piecesOf(isEmulated: boolean): Pieces {
  return isEmulated ? EMULATED : NATIVE;
}

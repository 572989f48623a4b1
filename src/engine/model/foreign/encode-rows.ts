import { toFloat16 } from '../graph/float16';
import { quantizeBlocks, type BlockFormat } from '../graph/quantize-blocks';

/** Forms that rows are turned into. */
export type EncodedForm = 'f16' | BlockFormat;

/** Some rows of a matrix in another form. */
export interface EncodedRows {
  readonly values: Uint8Array | Uint16Array;
  /** Of values in blocks. */
  readonly scales: Float32Array | undefined;
  /** True when a value is beyond what float16 holds. */
  readonly overflows: boolean;
}

/** @param data [rows, inputs], row-major */
export function encodeRows(data: Float32Array, inputs: number, form: EncodedForm): EncodedRows {
  if (form !== 'f16') return { ...quantizeBlocks(data, inputs, true, form), overflows: false };
  const values = toFloat16(data);
  let infinite = 0;
  for (let i = 0; i < values.length; i++) if ((values[i]! & 0x7fff) === 0x7c00) infinite++;
  return { values, scales: undefined, overflows: infinite > 0 };
}

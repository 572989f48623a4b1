import { quantizeBlocks, type BlockFormat } from '../graph/quantize-blocks';
import { firstNotFinite, narrow, widen, type StoredValues } from '../import/stored-values';

/** Forms that rows are turned into. */
export type EncodedForm = 'f16' | BlockFormat;

/** Rows of a matrix as a checkpoint has them, row-major. */
export interface StoredRows extends StoredValues {
  readonly inputs: number;
}

/** Some rows of a matrix in another form. */
export interface EncodedRows {
  readonly values: Uint8Array | Uint16Array;
  /** Of values in blocks. */
  readonly scales: Float32Array | undefined;
  /** True when a value is beyond what float16 holds. */
  readonly overflows: boolean;
  /** The first element that is no finite number. */
  readonly bad: { readonly element: number; readonly value: number } | undefined;
}

export function encodeRows(rows: StoredRows, form: EncodedForm): EncodedRows {
  const element = firstNotFinite(rows);
  const bad = element < 0 ? undefined : { element, value: widen(rows)[element]! };
  if (form !== 'f16')
    return { ...quantizeBlocks(widen(rows), rows.inputs, true, form), overflows: false, bad };
  const values = narrow(rows);
  let infinite = 0;
  for (let i = 0; i < values.length; i++) if ((values[i]! & 0x7fff) === 0x7c00) infinite++;
  return { values, scales: undefined, overflows: infinite > 0, bad };
}

import type { BundleFiles } from '../bundle/bundle-files';
import { fromFloat16 } from '../graph/float16';
import { dequantizeBlocks } from '../graph/quantize-blocks';
import type { MatrixPiece, StoredMatrix } from './foreign-layout';

/** Rows kept in memory; a text repeats its tokens, and the next step shows most of them again. */
const MOST_ROWS = 2048;

/**
 * The embedding, read row by row from the weights files: 152,064 rows of 3,584 numbers are more than many GPUs bind at once
 * (WebGPU guarantees 128 MiB), and a text needs a few hundred of them.
 */
export class EmbeddingRows {
  readonly #rows = new Map<number, Float32Array>();

  constructor(
    private readonly files: BundleFiles,
    private readonly matrix: StoredMatrix,
  ) {}

  /** @returns float32 [ids, width] */
  async lookUp(ids: readonly number[]): Promise<Float32Array> {
    const { inputs: width, pieces } = this.matrix;
    const missing = [...new Set(ids)].filter((id) => !this.#rows.has(id));
    if (this.#rows.size + missing.length > MOST_ROWS) this.#rows.clear();
    const wanted = missing.length > 0 && this.#rows.size === 0 ? [...new Set(ids)] : missing;
    await Promise.all(
      pieces.map((piece) =>
        this.#read(
          piece,
          wanted.filter((id) => id >= piece.first && id < piece.first + piece.outputs),
        ),
      ),
    );
    const embedded = new Float32Array(ids.length * width);
    ids.forEach((id, i) => embedded.set(this.#rows.get(id)!, i * width));
    return embedded;
  }

  async #read({ first, outputs, values, scales }: MatrixPiece, ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const rowsOf = (tensor: NonNullable<typeof scales>): Promise<Uint8Array[]> => {
      const bytes = tensor.bytes / outputs;
      const stretches = ids.map((id) => ({ offset: tensor.offset + (id - first) * bytes, bytes }));
      return this.files.readStretches(tensor.file, stretches);
    };
    const [codes, factors] = await Promise.all([rowsOf(values), scales ? rowsOf(scales) : []]);
    ids.forEach((id, i) => this.#rows.set(id, this.#decode(values, codes[i]!, factors[i])));
  }

  #decode(
    { type, blocks }: MatrixPiece['values'],
    row: Uint8Array,
    factors: Uint8Array | undefined,
  ): Float32Array {
    const buffer = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
    if (type === 'f32') return new Float32Array(buffer(row));
    if (type === 'f16') return fromFloat16(new Uint16Array(buffer(row)));
    const quantized = { values: row, scales: new Float32Array(buffer(factors!)) };
    return dequantizeBlocks(quantized, this.matrix.inputs, true, blocks!);
  }
}

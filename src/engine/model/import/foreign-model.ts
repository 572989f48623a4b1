/**
 * Networks that can be imported. All are pre-norm Transformers of the LLaMA kind whose every position sees every other:
 * RMSNorm, rotary positions in halves, SwiGLU.
 *
 * - `llada`: LLaDA 8B and 1.5 (arXiv 2502.09992).
 * - `dream`: Dream, Dream-Coder and DiffuCoder (arXiv 2508.15487, 2509.01142, 2506.20639), Qwen2.5 with a shift.
 * - `dreamon`: DreamOn, which has tokens to expand and to delete (HKU NLP 2025).
 * - `open-dcoder`: Open-dCoder, Qwen2.5-Coder with a shift.
 * - `a2d-mdlm`: the mdlm models of Tiny-A2D (dLLM), Qwen2.5 and Qwen3 without a shift.
 * - `coda`: CoDA (arXiv 2510.03270), Qwen3 with a shift.
 */
export const FOREIGN_ARCHITECTURES = [
  'llada',
  'dream',
  'dreamon',
  'open-dcoder',
  'a2d-mdlm',
  'coda',
] as const;
export type ForeignArchitecture = (typeof FOREIGN_ARCHITECTURES)[number];

/** Somebody else's masked-diffusion model, as its files describe it; every field is checked. Ids are the model's own. */
export interface ForeignModel {
  readonly architecture: ForeignArchitecture;
  readonly layers: number;
  /** Of the residual stream. */
  readonly width: number;
  /** Heads of queries; a multiple of `keyValueHeads`. */
  readonly heads: number;
  /** Heads of keys and of values: head h of the queries sees head ⌊h · keyValueHeads / heads⌋ of these. */
  readonly keyValueHeads: number;
  /** Even; `heads · headWidth` need not be `width`. */
  readonly headWidth: number;
  /** Hidden width of SwiGLU. */
  readonly swiglu: number;
  /** Rows of the embedding and of the output, at least `tokenizerVocabulary`. */
  readonly vocabulary: number;
  /** Ids from here on have no text: they are never proposed. */
  readonly tokenizerVocabulary: number;
  readonly normEpsilon: number;
  /** Base of the rotary positions, whose pairs are the two halves of a head (i, i + headWidth / 2). */
  readonly ropeBase: number;
  /** Most positions that the model was made for. */
  readonly positions: number;
  /** True when the embedding is the output matrix, too. Otherwise the output is `head`. */
  readonly tied: boolean;
  /** Which products have a bias, as `layer.N.query.bias`. */
  readonly biases: {
    readonly queryKeyValue: boolean;
    readonly output: boolean;
    readonly feedForward: boolean;
  };
  /** True when queries and keys pass an RMSNorm of their own, over a head, before they are turned. */
  readonly queryKeyNorm: boolean;
  /** Of the gate of the feed-forward layer. */
  readonly activation: 'silu';
  readonly tokens: {
    readonly mask: number;
    /** Each ends a text; the first is the one to be written behind it. May be empty. */
    readonly ends: readonly number[];
    readonly beginning: number | undefined;
    /** A mask that becomes this turns into two masks. */
    readonly expand: number | undefined;
    /** A mask that becomes this vanishes. */
    readonly delete: number | undefined;
    /** True when a delete takes away all of the hole that stands behind it, too. */
    readonly deleteTakesAllBehind: boolean;
  };
  /** True when the logits of a position are found one place before it. Those of the very first are its own. */
  readonly shift: boolean;
  /** Ids before the prefix and behind the suffix, as the model's authors frame a text to be filled. */
  readonly framing: { readonly before: readonly number[]; readonly behind: readonly number[] };
}

/** Number types of weights that are read. */
export const TENSOR_TYPES = ['F32', 'F16', 'BF16'] as const;
export type TensorType = (typeof TENSOR_TYPES)[number];

/** One tensor of a checkpoint, read in pieces. Row-major; a matrix is [outputs, inputs], as PyTorch stores it. */
export interface TensorSource {
  /** As in the checkpoint, for messages. */
  readonly name: string;
  /** The file that it lies in, for messages. */
  readonly file: string;
  readonly dtype: TensorType;
  readonly shape: readonly number[];
  /**
   * Reads elements as they are stored: see `StoredValues`. Their buffer is the caller's alone.
   *
   * @param offset of the first element, in elements
   * @throws EngineError `import-refused` when the file has changed
   */
  read(offset: number, count: number): Promise<Uint8Array<ArrayBuffer>>;
}

/**
 * A checkpoint whose files agree with each other.
 *
 * Tensors go by these names: `embedding`; for each layer N `layer.N.norm1`, `.query`, `.key`, `.value`, `.output`,
 * `.queryNorm`, `.keyNorm`, `.norm2`, `.gate`, `.up`, `.down`, and where `biases` says so `.query.bias` and so on;
 * `norm`; `head` unless tied. There are no others, and each has the shape that `model` asks for.
 */
export interface ForeignSource {
  readonly model: ForeignModel;
  readonly tensors: ReadonlyMap<string, TensorSource>;
  /** tokenizer.json, checked: byte-level BPE. */
  readonly tokenizer: Uint8Array;
  /** tokenizer_config.json, where there is one. */
  readonly tokenizerConfig: Uint8Array | undefined;
  /** Where the checkpoint comes from: a hub id with its commit, or the folder's name. */
  readonly origin: string;
  /** As in the model card, such as “apache-2.0”; undefined where none is named. */
  readonly licence: string | undefined;
  /** The model card, licences and notices, by the names of their files. */
  readonly papers: ReadonlyMap<string, Uint8Array>;
  /** Another one when a weight may be another. */
  readonly fingerprint: string;
  /** Sentences for the user, on matters that no file can decide. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

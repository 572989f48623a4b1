import {
  type ForeignModel,
  type ForeignSource,
  foreignTensors,
  type TensorSource,
} from '../../src/engine/import';
import { tinyTokenizer } from '../tiny-bundle/tiny-bundle';

/** Shapes that are measured: Qwen2.5's of half a billion and of seven, as Open-dCoder and DreamOn have them. */
export const SHAPES = {
  'open-dcoder-0.5b': {
    layers: 24,
    width: 896,
    heads: 14,
    keyValueHeads: 2,
    headWidth: 64,
    swiglu: 4864,
    vocabulary: 151936,
    tied: true,
  },
  'dreamon-7b': {
    layers: 28,
    width: 3584,
    heads: 28,
    keyValueHeads: 4,
    headWidth: 128,
    swiglu: 18944,
    vocabulary: 152064,
    tied: false,
  },
} as const;
export type ShapeName = keyof typeof SHAPES;

const MERGED = 600;
const LETTERS = 26;
const [PAD, MASK, END] = [0, 1, 2];

/** A checkpoint of random weights that holds none of them: each is made when it is read. */
export function randomSource(name: ShapeName): ForeignSource {
  const model: ForeignModel = {
    ...SHAPES[name],
    architecture: 'open-dcoder',
    tokenizerVocabulary: SHAPES[name].vocabulary,
    normEpsilon: 1e-6,
    ropeBase: 1e6,
    positions: 32768,
    biases: { queryKeyValue: true, output: false, feedForward: false },
    queryKeyNorm: false,
    activation: 'silu',
    tokens: {
      mask: MASK,
      ends: [END],
      beginning: PAD,
      expand: undefined,
      delete: undefined,
      deleteTakesAllBehind: false,
    },
    shift: true,
    framing: { before: [], behind: [] },
  };
  return {
    model,
    tensors: new Map(foreignTensors(model).map(({ name: own, shape }) => [own, randomTensor(own, shape)])),
    tokenizer: Buffer.from(fullTokenizer(model.vocabulary)),
    tokenizerConfig: undefined,
    origin: `random weights of the shape ${name}`,
    licence: undefined,
    papers: new Map(),
    fingerprint: name,
    notes: [],
    close: () => Promise.resolve(),
  };
}

/** A tokenizer that has a text for every id, as real ones do: behind those that are used come words of four letters. */
function fullTokenizer(vocabulary: number): string {
  const json = JSON.parse(tinyTokenizer(MERGED)) as { model: { vocab: Record<string, number> } };
  for (let id = MERGED; id < vocabulary; id++) {
    const word = Array.from({ length: 4 }, (_, i) => 97 + (Math.floor(id / LETTERS ** i) % LETTERS));
    json.model.vocab[String.fromCharCode(...word)] = id;
  }
  return JSON.stringify(json);
}

/** Uniform weights of the usual size; gains of norms are one. */
function randomTensor(name: string, shape: readonly number[]): TensorSource {
  const isGain = /norm\d?$/i.test(name);
  return {
    name,
    file: 'none',
    dtype: 'BF16',
    shape,
    read: (offset, count) => {
      const values = new Float32Array(count);
      const bits = new Uint32Array(values.buffer);
      const halves = new Uint16Array(count);
      let state = (offset * 2654435761 + name.length * 40503) >>> 0;
      for (let i = 0; i < count; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        values[i] = isGain ? 1 : (state / 2 ** 32 - 0.5) * 0.07;
        halves[i] = bits[i]! >>> 16;
      }
      return Promise.resolve(new Uint8Array(halves.buffer));
    },
  };
}

import {
  type Architecture,
  type Parameter,
  type Parameters,
  parameterShapes,
} from '../../../src/engine/training';
import { mean } from '../report/mean';
import { initialValue } from './initial-values';

/** The shape that a bundle's network is to grow to; absent: as it is. */
export interface Growth {
  readonly layers?: number | undefined;
  readonly width?: number | undefined;
}

/** Widths are multiples of this, and SwiGLU units too: the kernels' tiles. */
const STEP = 64;

/**
 * The architecture that a network grows to: heads fill the width, a wider network has 8/3 of its width in SwiGLU units,
 * up to the next multiple of 64 (Shazeer, arXiv 2002.05202: as many parameters as 4 widths without gates).
 *
 * @throws Error that says what is possible if it would be smaller anywhere, or has a width that the kernels cannot have
 */
export function grownArchitecture(old: Architecture, growth: Growth): Architecture {
  const { layers = old.layers, width = old.width } = growth;
  if (layers < old.layers)
    throw new Error(
      `A network can grow only: the bundle has ${old.layers} layers, --layers says ${layers}. Give ${old.layers} or more.`,
    );
  if (width < old.width)
    throw new Error(
      `A network can grow only: the bundle has a width of ${old.width}, --width says ${width}. Give ${old.width} or more.`,
    );
  if (width === old.width) return { ...old, layers };
  if (width % STEP !== 0 || width % old.headWidth !== 0)
    throw new Error(
      `--width must be a multiple of ${STEP} and of the heads’ width, ${old.headWidth}, not ${width}. Give ${STEP * Math.ceil(width / STEP)}, say.`,
    );
  const heads = width / old.headWidth;
  const swiglu = STEP * Math.ceil((8 * width) / 3 / STEP);
  return {
    ...old,
    layers,
    width,
    heads: Math.max(heads, old.heads),
    swiglu: Math.max(swiglu, old.swiglu),
  };
}

/**
 * Makes a network deeper and wider; it computes what it did (Chen et al., Net2Net, arXiv 1511.05641): layers put in
 * between are copies of the one before whose outputs are zero; the embedding and all that writes to the residual stream
 * are zero in its new part; new heads and SwiGLU units are drawn as in a new network, and nothing listens to them; gains
 * are scaled by √(old/new width), for RMSNorm's mean is now over more numbers. The logits of a deeper network are the
 * same; those of a wider one differ by what the norm's epsilon does, which is not scaled.
 *
 * @param to a result of `grownArchitecture`
 * @param seed of what is drawn
 */
export function grow(from: Architecture, parameters: Parameters, to: Architecture, seed: number): Parameters {
  if (to.layers === from.layers && to.width === from.width) return parameters;
  const sources = layerSources(from.layers, to.layers);
  const gainScale = Math.sqrt(from.width / to.width);
  return new Map(
    parameterShapes(to).map(({ name, shape }) => {
      const [, layer, kind = name] = /^layer\.(\d+)\.(.*)$/.exec(name) ?? [];
      const source = layer === undefined ? undefined : sources[Number(layer)]!;
      const old = parameters.get(source === undefined ? name : `layer.${source.layer}.${kind}`)!;
      return [name, { shape, data: grown(kind, name, shape, old, source?.inserted === true) }];
    }),
  );

  function grown(
    kind: string,
    name: string,
    shape: readonly number[],
    old: Parameter,
    inserted: boolean,
  ): Float32Array {
    if (kind === 'queryNorm' || kind === 'keyNorm') return old.data.slice();
    if (shape.length === 1) return grownGain(old.data, shape[0]!, gainScale);
    const writes = kind === 'output' || kind === 'down';
    const zero = writes || kind === 'embedding';
    const data = zero ? new Float32Array(shape[0]! * shape[1]!) : initialValue(name, shape, to.layers, seed);
    if (!(writes && inserted)) place(old, data, shape[1]!);
    return data;
  }
}

/** New channels are zero at first: their gains are of an ordinary size, for when they are not. */
function grownGain(old: Float32Array, width: number, scale: number): Float32Array {
  const usual = mean(old);
  return Float32Array.from({ length: width }, (_, i) => scale * (old[i] ?? usual));
}

/** Puts a matrix into the upper left corner of a larger one of so many columns. */
function place({ shape: [rows, columns], data: old }: Parameter, into: Float32Array, width: number): void {
  for (let row = 0; row < rows!; row++)
    into.set(old.subarray(row * columns!, (row + 1) * columns!), row * width);
}

/** For each layer of the grown network the old layer that it is made of, new ones spread evenly among the old. */
function layerSources(old: number, grown: number): { readonly layer: number; readonly inserted: boolean }[] {
  const sources: { layer: number; inserted: boolean }[] = [];
  for (let layer = 0, inserted = 0; layer < old; layer++) {
    sources.push({ layer, inserted: false });
    for (; inserted < Math.floor(((layer + 1) * (grown - old)) / old); inserted++)
      sources.push({ layer, inserted: true });
  }
  return sources;
}

import { Random } from '../../../src/engine/diffusion/random';
import { SPECIAL } from '../../../src/engine/text/special-tokens';
import type { BundleConfig } from '../../../src/engine/model/bundle/bundle-config';
import type {
  ContextCache,
  MaskPredictor,
  PredictorContext,
  PredictorRows,
} from '../../../src/engine/model/predictor/mask-predictor';
import type { Runtime } from '../../../src/engine/model/runtime/runtime';
import { Tokenizer } from '../../../src/engine/text/tokenizer';
import type { TokenizerJson } from '../../../src/engine/text/token-bytes';
import { tinyTokenizer } from '../../../scripts/tiny-bundle/tiny-bundle';
import { TINY, TINY_WINDOW } from '../../../scripts/tiny-bundle/tiny-network';

/** Logits for one cell: what a network computes from the context, the holes' cells and the cell's place among them. */
export type Script = (context: readonly number[], cells: readonly number[], index: number) => Float32Array;

interface ScriptedCache extends ContextCache {
  readonly ids: readonly number[];
}

/** A mask predictor that follows a script; the rows of each canvas are a canvas of their own. */
class ScriptedPredictor implements MaskPredictor {
  forwards = 0;

  constructor(
    readonly vocabulary: number,
    private readonly script: Script,
  ) {}

  readContext({ ids }: PredictorContext): Promise<ScriptedCache> {
    if (ids.length > 0) this.forwards++;
    return Promise.resolve({ ids: [...ids], length: ids.length, release: () => undefined });
  }

  predict(cache: ScriptedCache, { ids, wanted, canvases }: PredictorRows): Promise<Float32Array> {
    this.forwards++;
    const logits = new Float32Array(wanted.length * this.vocabulary);
    wanted.forEach((row, i) => {
      const own = [...ids.keys()].filter(
        (other) => ids[other] !== SPECIAL.end && canvases?.[other] === canvases?.[row],
      );
      const cells = own.map((other) => ids[other]!);
      logits.set(this.script(cache.ids, cells, own.indexOf(row)), i * this.vocabulary);
    });
    return Promise.resolve(logits);
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

/** Logits that depend on everything there is to see, and on nothing else. */
export function randomScript(vocabulary: number): Script {
  return (context, cells, index) => {
    let hash = 2166136261;
    for (const value of [context.length, ...context, -1, ...cells, index])
      hash = Math.imul(hash ^ (value + 1), 16777619);
    const random = new Random(hash >>> 0);
    return Float32Array.from({ length: vocabulary }, () => 6 * random.uniform());
  };
}

export function scriptedRuntime(
  script: Script = randomScript(TINY.vocabulary),
  learned: BundleConfig['learned'] = { expand: false, remask: false, guidance: true },
): Runtime & { readonly predictor: ScriptedPredictor } {
  return {
    config: { window: TINY_WINDOW, learned },
    tokenizer: new Tokenizer(JSON.parse(tinyTokenizer(TINY.vocabulary)) as TokenizerJson),
    predictor: new ScriptedPredictor(TINY.vocabulary, script),
  };
}

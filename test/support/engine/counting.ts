import type { MaskPredictor } from '../../../src/engine/model/predictor/mask-predictor';
import type { Runtime } from '../../../src/engine/model/runtime/runtime';

/** The calls of a predictor. */
export interface Asked {
  logits: number;
  summaries: number;
}

/** The same runtime, with or without summaries, counting what its steps ask for. */
export function counting(runtime: Runtime, summaries: boolean): { runtime: Runtime; asked: Asked } {
  const { predictor: inner } = runtime;
  const asked: Asked = { logits: 0, summaries: 0 };
  const predictor: MaskPredictor = {
    vocabulary: inner.vocabulary,
    get forwards() {
      return inner.forwards;
    },
    readContext: (context) => inner.readContext(context),
    predict: (cache, rows) => {
      asked.logits++;
      return inner.predict(cache, rows);
    },
    summarize:
      summaries && inner.summarize
        ? (cache, rows, banned) => {
            asked.summaries++;
            return inner.summarize!(cache, rows, banned);
          }
        : undefined,
    dispose: () => inner.dispose(),
  };
  return { runtime: { ...runtime, predictor }, asked };
}

import { Random } from '../../../src/engine/index';
import type { Batch } from '../network/network';
import { ROW_KIND } from '../ops/attention/row-kind';

export interface BatchShape {
  readonly batch: number;
  readonly length: number;
  readonly vocabulary: number;
  /** Share of rows that belong to a hole, and of all rows that are masked and predicted. */
  readonly holeShare: number;
  readonly predictedShare: number;
}

/** A batch as the samples of a training run are shaped, of text that can be learned: each token decides the next but for some noise. */
export function syntheticBatch(shape: BatchShape, seed: number): Batch {
  const { batch, length, vocabulary } = shape;
  const random = new Random(seed);
  const rows = batch * length;
  const firstToken = 7;
  const mask = 1;
  const holeLength = Math.max(1, Math.round(length * shape.holeShare));
  const perSample = Math.max(1, Math.round(length * shape.predictedShare));
  const t = Math.min(1, perSample / holeLength);
  const result = {
    ids: new Int32Array(rows),
    positions: new Int32Array(rows),
    kinds: new Int32Array(rows).fill(ROW_KIND.context),
  };
  const predicted = Math.ceil((rows * shape.predictedShare) / 64) * 64;
  const heads = {
    rows: new Int32Array(predicted),
    targets: new Int32Array(predicted),
    weights: new Float32Array(predicted),
  };
  let count = 0;
  for (let sample = 0; sample < batch; sample++) {
    let token = random.integer(vocabulary);
    const start = random.integer(length - holeLength + 1);
    for (let i = 0; i < length; i++) {
      const row = sample * length + i;
      token = random.uniform() < 0.1 ? random.integer(vocabulary) : (token * 5 + 11) % 256;
      const id = firstToken + (token % (vocabulary - firstToken));
      result.ids[row] = id;
      result.positions[row] = i;
      if (i < start || i >= start + holeLength) continue;
      result.kinds[row] = ROW_KIND.hole;
      if (random.uniform() >= t || count >= predicted) continue;
      result.ids[row] = mask;
      heads.rows[count] = row;
      heads.targets[count] = id;
      heads.weights[count++] = 1 / (t * holeLength * batch);
    }
  }
  return { ...result, ...heads, batch, length };
}

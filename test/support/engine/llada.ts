/**
 * LLaDA's published generation loop (`generate` and `get_num_transfer_tokens` of generate.py, github.com/ML-GSAI/LLaDA),
 * transcribed from its Python for the tests, for a batch of one. Nothing of it is shared with the engine.
 */
export interface LladaOptions {
  readonly steps: number;
  readonly genLength: number;
  readonly blockLength: number;
  readonly temperature: number;
  readonly cfgScale: number;
  readonly remasking: 'low_confidence' | 'random';
  readonly maskId: number;
  /** Uniform in (0, 1): the noise. */
  readonly rand: () => number;
  /** float32 [sequence, vocabulary], −∞ for tokens that may not be drawn. */
  readonly model: (x: readonly number[]) => readonly Float32Array[];
}

/** How many tokens each step transfers; zeros where there are more steps than masks. */
function getNumTransferTokens(maskIndex: readonly boolean[], steps: number): number[] {
  const maskNum = maskIndex.filter(Boolean).length;
  const base = Math.floor(maskNum / steps);
  const remainder = maskNum % steps;
  const numTransferTokens = new Array<number>(steps).fill(base);
  for (let i = 0; i < remainder; i++) numTransferTokens[i]! += 1;
  return numTransferTokens;
}

/** @returns x after every step, prompt included; the last is the result */
export function llada(prompt: readonly number[], options: LladaOptions): number[][] {
  const { genLength, blockLength, temperature, cfgScale, remasking, maskId, rand, model } = options;
  const x = [...prompt, ...new Array<number>(genLength).fill(maskId)];
  const promptIndex = x.map((id) => id !== maskId);
  const numBlocks = genLength / blockLength;
  if (genLength % blockLength !== 0 || options.steps % numBlocks !== 0) throw new Error('asserted in LLaDA');
  const steps = options.steps / numBlocks;
  const history: number[][] = [];

  for (let numBlock = 0; numBlock < numBlocks; numBlock++) {
    const blockStart = prompt.length + numBlock * blockLength;
    const blockEnd = blockStart + blockLength;
    const numTransferTokens = getNumTransferTokens(
      x.slice(blockStart, blockEnd).map((id) => id === maskId),
      steps,
    );
    for (let i = 0; i < steps; i++) {
      const maskIndex = x.map((id) => id === maskId);
      let logits = model(x);
      if (cfgScale > 0) {
        const unLogits = model(x.map((id, j) => (promptIndex[j] ? maskId : id)));
        logits = logits.map((row, j) =>
          row.map((logit, token) => {
            const un = unLogits[j]![token]!;
            return logit === -Infinity ? logit : un + (cfgScale + 1) * (logit - un);
          }),
        );
      }
      // The noise of positions that cannot be transferred now decides nothing, so none is drawn for them.
      const inReach = maskIndex.map((masked, j) => masked && j < blockEnd);
      const x0 = logits.map((row, j) => (inReach[j] ? argmax(addGumbelNoise(row, temperature, rand)) : -1));
      const x0p = logits.map((row, j) => {
        if (!inReach[j]) return -Infinity;
        return remasking === 'random' ? rand() : softmax(row)[x0[j]!]!;
      });
      const confidence = x0p.map((p, j) => (maskIndex[j] ? p : -Infinity));
      for (const j of topk(confidence, numTransferTokens[i]!)) x[j] = x0[j]!;
      history.push([...x]);
    }
  }
  return history;
}

/** exp(logits) / (−ln u)^temperature, whose largest is a draw from the softmax at that temperature. */
function addGumbelNoise(logits: Float32Array, temperature: number, rand: () => number): number[] {
  return Array.from(logits, (logit) => {
    if (temperature === 0 || logit === -Infinity) return logit === -Infinity ? 0 : Math.exp(logit);
    return Math.exp(logit) / (-Math.log(rand())) ** temperature;
  });
}

function softmax(logits: Float32Array): number[] {
  const exp = Array.from(logits, Math.exp);
  const sum = exp.reduce((a, b) => a + b, 0);
  return exp.map((value) => value / sum);
}

function argmax(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

function topk(values: readonly number[], k: number): number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, k);
}

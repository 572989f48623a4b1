/**
 * The published loops of Dream (`sample_tokens` and `_sample` of generation_utils.py, github.com/DreamLM/Dream, as kept in
 * github.com/NVlabs/Fast-dLLM), of DreamOn (`batch_generate_with_expand_as_token` of eval/generator.py,
 * github.com/DreamLM/DreamOn) and of CAL's search (llada_cal.py, github.com/NiuHechang/Calibrated_Adaptive_Length),
 * transcribed from their Python for the tests, for a batch of one. Nothing of it is shared with the engine.
 */
export interface DreamSampling {
  readonly temperature: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly alg: 'origin' | 'maskgit_plus' | 'topk_margin' | 'entropy';
  readonly algTemp?: number;
  readonly maskId: number;
  /** Uniform in (0, 1): the noise. */
  readonly rand: () => number;
  /** Logits of the masked places of x, after the shift; −∞ for tokens that may not be drawn. */
  readonly model: (x: readonly number[]) => readonly Float32Array[];
}

export interface DreamOptions extends DreamSampling {
  readonly steps: number;
  readonly eps: number;
}

/** @returns x after every step; the last is the result */
export function dream(start: readonly number[], options: DreamOptions): number[][] {
  const { steps, eps, alg, algTemp = 0, maskId, rand, model } = options;
  const x = [...start];
  const history: number[][] = [];
  const timesteps = Array.from({ length: steps + 1 }, (_, i) => 1 + ((eps - 1) * i) / steps);
  for (let i = 0; i < steps; i++) {
    const maskIndex = placesOf(x, maskId);
    const maskLogits = model(x);
    const [t, s] = [timesteps[i]!, timesteps[i + 1]!];
    if (alg === 'origin') {
      const pTransfer = i < steps - 1 ? 1 - s / t : 1;
      const transferred = maskIndex.map(() => rand() < pTransfer);
      maskIndex.forEach((place, j) => {
        if (transferred[j]) x[place] = sampleTokens(maskLogits[j]!, options)[1];
      });
    } else {
      const samples = maskLogits.map((logits) => sampleTokens(logits, options));
      const numMaskToken = maskIndex.length;
      const numberTransferTokens =
        i < steps - 1 ? Math.trunc(numMaskToken * (1 - s / t)) : Math.trunc(numMaskToken);
      if (numberTransferTokens > 0) {
        const confidence = samples.map(([own]) => own);
        for (const j of transferIndex(confidence, numberTransferTokens, algTemp, rand))
          x[maskIndex[j]!] = samples[j]![1];
      }
    }
    history.push([...x]);
  }
  return history;
}

export interface DreamOnOptions extends DreamSampling {
  readonly expandId: number;
  readonly deleteId: number;
  readonly maxGenLen: number;
  readonly padDeleteToRight: boolean;
}

/**
 * @param prefix what stands before the masks @param minGenLen masks at the start
 * @returns x without its padding after every step
 */
export function dreamOn(
  prefix: readonly number[],
  minGenLen: number,
  suffix: readonly number[],
  options: DreamOnOptions,
): number[][] {
  const { maskId, expandId, deleteId, maxGenLen, padDeleteToRight, algTemp = 0, rand, model } = options;
  let x = [...prefix, ...new Array<number>(minGenLen).fill(maskId), ...suffix];
  let numGenerationTokens = minGenLen;
  let expandBudget = maxGenLen;
  const history: number[][] = [];
  for (;;) {
    const maskIndex = placesOf(x, maskId);
    if (maskIndex.length === 0) return history;
    const logits = model(x).map((row) => Float32Array.from(row));
    if (numGenerationTokens === maxGenLen || expandBudget === 0)
      for (const row of logits) row[expandId] = -Infinity; // −1e9 in float32 leaves as much
    const samples = logits.map((row) => sampleTokens(row, options));
    const [chosen] = transferIndex(
      samples.map(([confidence]) => confidence),
      1,
      algTemp,
      rand,
    ) as [number];
    x[maskIndex[chosen]!] = samples[chosen]![1];
    if (padDeleteToRight) {
      const first = x.indexOf(deleteId);
      if (first >= 0) for (const place of maskIndex) if (place >= first) x[place] = deleteId;
    }
    for (const place of placesOf(x, expandId).reverse()) {
      x = [...x.slice(0, place), maskId, maskId, ...x.slice(place + 1)];
      numGenerationTokens += 1;
      expandBudget -= 1;
    }
    for (const place of placesOf(x, deleteId).reverse()) {
      x = [...x.slice(0, place), ...x.slice(place + 1)];
      numGenerationTokens -= 1;
    }
    history.push([...x]);
  }
}

export interface CalOptions {
  readonly genLength: number;
  readonly maxGenLength: number;
  readonly dstep: number;
  /** Mean probability of the most probable tokens at a length. */
  readonly phi: (length: number) => number;
}

/** @returns the length found, and those looked at */
export function cal({ genLength, maxGenLength, dstep, phi }: CalOptions): [number, number[]] {
  const searched: number[] = [];
  const getConfAtLen = (l: number): number => {
    searched.push(l);
    const [a, b, c, d, e] = [1.0, 1.77, 0.56, 0.06, 0.24] as const;
    return phi(l) / (a * Math.exp(-b * l) + c * Math.exp(-d * l) + e);
  };
  let bestConf = getConfAtLen(genLength);
  let bestLen = genLength;
  const search = (span: number): void => {
    let currL = genLength + span;
    let consecutiveDecreases = 0;
    while (currL >= 1 && currL <= maxGenLength) {
      const currConf = getConfAtLen(currL);
      if (currConf > bestConf) {
        [bestConf, bestLen] = [currConf, currL];
        consecutiveDecreases = 0;
      } else {
        consecutiveDecreases += 1;
        if (consecutiveDecreases >= dstep) break;
      }
      currL += span;
    }
  };
  search(1);
  search(-1);
  return [bestLen, searched];
}

/** @returns confidence and token */
function sampleTokens(
  row: Float32Array,
  { temperature, topP, topK, alg, rand }: DreamSampling,
): [number, number] {
  let logits = Array.from(row);
  if (temperature > 0) logits = logits.map((logit) => logit / temperature);
  if (topP !== undefined && topP < 1) logits = topPLogits(logits, topP);
  if (topK !== undefined) {
    const least = [...logits].sort((a, b) => b - a)[Math.min(topK, logits.length) - 1]!;
    logits = logits.map((logit) => (logit < least ? -Infinity : logit));
  }
  const probs = softmax(logits);
  const x0 = temperature > 0 ? categorical(probs, rand) : probs.indexOf(Math.max(...probs));
  if (alg === 'topk_margin') {
    const [top1, top2] = [...probs].sort((a, b) => b - a) as [number, number];
    return [top1 - top2, x0];
  }
  if (alg === 'entropy') {
    return [probs.reduce((sum, p) => sum + p * Math.log(p + 1e-10), 0), x0];
  }
  return [probs[x0]!, x0];
}

function topPLogits(logits: readonly number[], topP: number): number[] {
  const sorted = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!);
  const probs = softmax(sorted.map((i) => logits[i]!));
  let cumulative = 0;
  const beyond = probs.map((p) => (cumulative += p) > topP);
  const removed = new Set(sorted.filter((_, rank) => rank > 0 && beyond[rank - 1]));
  return logits.map((logit, i) => (removed.has(i) ? -Infinity : logit));
}

/** A draw as PyTorch makes it: the largest p / e with exponential noise e. */
function categorical(probs: readonly number[], rand: () => number): number {
  return race(probs, rand)[0]!;
}

function race(probs: readonly number[], rand: () => number): number[] {
  const keys = probs.map((p) => (p > 0 ? p / -Math.log(rand()) : -1));
  return [...keys.keys()].sort((a, b) => keys[b]! - keys[a]!);
}

function transferIndex(
  confidence: readonly number[],
  count: number,
  algTemp: number,
  rand: () => number,
): number[] {
  if (algTemp === 0)
    return [...confidence.keys()].sort((a, b) => confidence[b]! - confidence[a]!).slice(0, count);
  return race(softmax(confidence.map((own) => own / algTemp)), rand).slice(0, count);
}

function softmax(logits: readonly number[]): number[] {
  const largest = Math.max(...logits);
  const exp = logits.map((logit) => Math.exp(logit - largest));
  const sum = exp.reduce((a, b) => a + b, 0);
  return exp.map((value) => value / sum);
}

function placesOf(x: readonly number[], id: number): number[] {
  return [...x.keys()].filter((i) => x[i] === id);
}

/** Where the search begins, and how many lengths in a row may be no better before it turns or ends. */
const START = 8;
const PATIENCE = 4;

/**
 * CAL, Calibrated Adaptive Length (Liu et al., arXiv 2602.00476, section 4): the confidence of a model's first step has a
 * peak near the right length once it is divided by what it has at that length anyway; a climb from 8 up, and then down,
 * finds it.
 *
 * @param confidenceAt mean probability of the most probable tokens on a canvas of so many masks
 * @param most longest length
 * @returns the lengths tried, best first
 */
export async function climbToLength(
  confidenceAt: (length: number) => Promise<number>,
  most: number,
): Promise<number[]> {
  const tried = new Map<number, number>();
  const start = Math.min(START, most);
  const calibrated = async (length: number): Promise<number> => {
    const confidence = (await confidenceAt(length)) / lengthBias(length);
    tried.set(length, confidence);
    return confidence;
  };
  let best = await calibrated(start);
  for (const direction of [1, -1]) {
    let worse = 0;
    for (
      let length = start + direction;
      length >= 1 && length <= most && worse < PATIENCE;
      length += direction
    ) {
      const confidence = await calibrated(length);
      if (confidence > best) [best, worse] = [confidence, 0];
      else worse++;
    }
  }
  return [...tried.keys()].sort((a, b) => tried.get(b)! - tried.get(a)!);
}

/** The confidence that models have at a length whatever the text: the paper's double exponential, fitted for LLaDA. */
function lengthBias(length: number): number {
  return Math.exp(-1.77 * length) + 0.56 * Math.exp(-0.06 * length) + 0.24;
}

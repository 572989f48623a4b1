import type { Evidence } from '../../contract/candidates';
import { drawnEvidence, meanAndLeast } from '../../contract/chooser';
import type { CandidateRun } from './candidate';
import type { SecondLook } from './second-look';

/** Characters before and behind the holes in which lines are counted. */
const NEAR = 20_000;

/**
 * Computes the features of each candidate that need no grammar.
 *
 * @param texts of each candidate's holes, LF
 * @param around the texts around the holes, LF: one more than there are holes
 */
export function evidenceOf(
  candidates: readonly CandidateRun[],
  texts: readonly (readonly string[])[],
  around: readonly string[],
  looks: readonly SecondLook[] | undefined,
): Evidence[] {
  const firstLines = texts.map((own) => firstLineOf(own[0] ?? ''));
  const counts = lineCounts(around);
  return candidates.map(({ canvas, hasDraft, start }, i): Evidence => {
    const predicted = canvas.holes.flat().filter(({ step }) => step > 0);
    const before = start.holes.flat().length;
    const same = firstLines.filter((line) => line === firstLines[i]).length - 1;
    return {
      ...drawnEvidence(predicted.map(({ confidence }) => confidence)),
      ...(looks ? lookedEvidence(looks[i]!) : {}),
      growth: Math.log((1 + canvas.size) / (1 + before)),
      ...(candidates.length > 1 ? { sameLine: same / (candidates.length - 1) } : {}),
      known: knownLines(texts[i]!, around, counts),
      draft: Number(hasDraft),
    };
  });
}

function lookedEvidence({ alone, expand, delete: deletes }: SecondLook): Evidence {
  const single = meanAndLeast(alone);
  return {
    aloneMean: single.mean,
    aloneLeast: single.least,
    expand,
    delete: deletes,
  };
}

/** The first line that has text. */
function firstLineOf(text: string): string {
  return text.trimStart().split('\n', 1)[0]!.trimEnd();
}

function lineCounts(around: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const near = around.map((text, i) =>
    i === 0 ? text.slice(-NEAR) : i === around.length - 1 ? text.slice(0, NEAR) : text,
  );
  for (const line of near.join('\n').split('\n')) {
    const text = line.trim();
    if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

/** How often the lines that the fills make stand around already: ln(1 + n), the mean over them. */
function knownLines(
  texts: readonly string[],
  around: readonly string[],
  counts: ReadonlyMap<string, number>,
): number {
  const logs = texts.flatMap((text, hole) => {
    const before = around[hole]?.split('\n').at(-1) ?? '';
    const behind = around[hole + 1]?.split('\n', 1)[0] ?? '';
    const lines = (before + text + behind).split('\n').map((line) => line.trim());
    return lines.filter((line) => line !== '').map((line) => Math.log(1 + (counts.get(line) ?? 0)));
  });
  return logs.length === 0 ? 0 : logs.reduce((sum, log) => sum + log, 0) / logs.length;
}

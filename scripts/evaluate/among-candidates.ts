import { isExact, measure } from './figures';
import type { Answered, Case } from './rows';

/** As if the right one of the candidates were always chosen, where it is among them: what choosing could reach. */
export function amongCandidates({ label, cases }: Answered): Answered {
  return { label: label.replace('chosen', 'the right one'), cases: cases.map(rightOf) };
}

function rightOf(given: Case): Case {
  const { task, answer } = given;
  const texts = answer.candidates?.find((candidate) => isExact(task, candidate));
  if (texts === undefined || given.figures.exact) return given;
  const right = { ...answer, texts };
  return { task, answer: right, figures: measure(task, right) };
}

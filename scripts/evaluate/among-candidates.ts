import { isExact, measure } from './figures';
import type { Answered, Case } from './rows';

/** As if the right one of the candidates were always chosen, where it is among them: what choosing could reach. */
export async function amongCandidates({ label, cases }: Answered): Promise<Answered> {
  return { label: label.replace('chosen', 'the right one'), cases: await Promise.all(cases.map(rightOf)) };
}

async function rightOf(given: Case): Promise<Case> {
  const { task, answer } = given;
  const texts = answer.candidates?.find((candidate) => isExact(task, candidate));
  if (texts === undefined || given.figures.exact) return given;
  const right = { ...answer, texts };
  return { task, answer: right, figures: await measure(task, right) };
}

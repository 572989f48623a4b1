import { readFileSync } from 'node:fs';
import { withEvaluation } from '../train/report/card-evaluation';
import { writeWhole } from '../train/corpus/json-lines';
import { CliError } from '../../src/cli/command-line/failures';
import {
  comparisonTable,
  explanation,
  mainTable,
  memorisationTable,
  partsTable,
  type Report,
} from './report';

/**
 * Puts the tables into a model card, in the place that it has for them.
 *
 * @throws CliError when it has none
 */
export function writeCard(file: string, report: Report): void {
  const card = readFileSync(file, 'utf8');
  if (withEvaluation(card, '') === undefined)
    throw new CliError(
      `${file} has no place for an evaluation. Add the two comment lines that model cards have.`,
    );
  const { model, comparisons, memorisation } = report;
  const evaluation = [
    `Of the ${model.precision} form on ${model.provider}, by \`npm run evaluate\`. ${explanation(report)}`,
    mainTable(report),
    'Exact match in % by kind and language:',
    partsTable(report),
    ...(comparisons.length > 0
      ? ['The same tasks with the weights in other precisions, differences paired:', comparisonTable(report)]
      : []),
    ...(memorisation.length > 0 ? ['Memorisation:', memorisationTable(memorisation)] : []),
  ].join('\n\n');
  writeWhole(file, withEvaluation(card, evaluation)!);
}

import type { MaskRatioDraw } from '../samples/mask-ratio';
import { measuredPercent } from '../../../src/display/percent';
import type { Architecture, BundleConfig, Window } from '../../../src/engine/training';
import type { Validation } from '../run/validation';
import { NO_EVALUATION } from './card-evaluation';
import type { Evaluated, LineFigures } from './evaluation';

/** The content of a bundle's card; every field tells of the run that made it. */
export interface CardFacts {
  readonly name: string;
  readonly parameters: number;
  readonly architecture: Architecture;
  readonly window: Window;
  readonly steps: number;
  readonly scheduledSteps: number;
  /** Rows of the network seen in training, padding included. */
  readonly tokens: number;
  readonly device: string;
  readonly command: string;
  readonly corpus: string;
  /** Name of the bundle that training started from; undefined: random weights. */
  readonly init: string | undefined;
  readonly learned: BundleConfig['learned'];
  readonly before: Validation | undefined;
  readonly validation: Validation | undefined;
  readonly lines: Evaluated;
  /** How mask ratios were drawn. */
  readonly t: MaskRatioDraw;
}

function ratios(t: MaskRatioDraw): string {
  return t.kind === 'uniform'
    ? `uniform from ${t.least} to 1`
    : `logit-normal, its logit around ${t.mean}, ${t.least} at least`;
}

/** The model card, README.md of the bundle. */
export function modelCard(facts: CardFacts): string {
  const { architecture: a, window } = facts;
  const millions = (n: number): string => `${(n / 1e6).toFixed(1)} M`;
  const unfinished =
    facts.steps < facts.scheduledSteps
      ? ` The schedule was ${facts.scheduledSteps} steps long: this run stopped before its end.`
      : '';
  return `# ${facts.name}

A masked-diffusion language model for infilling code, after LLaDA (arXiv 2502.09992), trained from ${facts.init === undefined ? 'random weights' : `the weights of ${facts.init}`} by this project's own trainer.

| | |
|---|---|
| network | Transformer encoder, ${a.layers} layers, width ${a.width}, ${a.heads} heads of ${a.headWidth}, SwiGLU ${a.swiglu}; ${millions(facts.parameters)} parameters |
| attention | context sees context only, holes see everything: the context's keys and values are computed once per request |
| vocabulary | ${a.vocabulary} byte-level BPE tokens, ids 0–6 reserved |
| window | ${window.rows} tokens, ${window.positions} positions; a hole reserves ${window.reserved.join(', ')} of them |
| objective | cross-entropy / t over masked tokens (LLaDA, equation 5), t ${ratios(facts.t)} |
| trained on | ${facts.corpus} |
| steps | ${facts.steps}, ${millions(facts.tokens)} token positions in all.${unfinished} |
| device | ${facts.device} |
| command | \`${facts.command}\` |
${validationRows(facts)}
${facts.lines.after ? lineTable(facts.lines.after, facts.lines.before) : 'No evaluation of fills was run on this bundle when it was made.\n'}
## Evaluation

${NO_EVALUATION}

## What it has not learned

${notLearned(facts.learned)}It is small: expect it to be wrong often.

## Licence

The weights are under the project's licence (MIT). The texts it was trained on are listed, with their versions and licences, in \`scripts/train/corpus/manifest.json\`, unless it was trained on a folder of the user's own.
`;
}

function validationRows({ validation, before, init }: CardFacts): string {
  if (validation === undefined) return '';
  const then = (value: number | undefined): string =>
    value === undefined || init === undefined ? '' : ` (${value.toFixed(3)} before)`;
  return [
    `| validation loss | ${validation.validationLoss.toFixed(3)}${then(before?.validationLoss)} nats, 1/t-weighted, on held-out files |`,
    `| bits per byte | ${validation.bitsPerByte.toFixed(3)}${then(before?.bitsPerByte)}, upper bound, held-out holes in their context |`,
    '',
  ].join('\n');
}

function notLearned({ expand, remask }: CardFacts['learned']): string {
  const lacks = [
    ...(expand ? [] : ['It does not change the length of a hole by itself (`[EXPAND]`, `[DELETE]`). ']),
    ...(remask ? [] : ['It was not trained to doubt tokens that are visible. ']),
  ];
  return lacks.join('');
}

function lineTable(lines: LineFigures, before: LineFigures | undefined): string {
  const then = (share: number | undefined): string =>
    share === undefined ? '' : ` (${measuredPercent(share)} before)`;
  return `## Held-out lines

${lines.tasks} random lines of held-out files, f32, greedy, confidence order, threshold 0.9.

| | |
|---|---|
| exact match, told the line's length in tokens | ${measuredPercent(lines.exactMatch)}${then(before?.exactMatch)} |
| exact match, length unknown | ${measuredPercent(lines.exactMatchUnknownLength)}${then(before?.exactMatchUnknownLength)} |
| steps per fill, length unknown | ${lines.stepsPerFill.toFixed(1)} |
| milliseconds per fill on the CPU that made this card | ${lines.millisecondsPerFill.toFixed(0)} |
`;
}

/**
 * Draws the losses of `npm run ablate` beside those of another program that went through the same batches:
 * npx tsx scripts/train/ablation/curves.ts TRAINER.json OTHER.jsonl OUT.svg
 */
import fs from 'node:fs';
import { drawLineCharts, shortNumber, type Point } from '../../../src/display/line-chart';
import { mean } from '../report/mean';

/** A run's figures, in both programs' files. */
interface Run {
  readonly name: string;
  readonly steps: number;
  /** Of single steps, evenly spaced, the last one among them. */
  readonly losses: readonly number[];
}

/** The names of the same run in the two files. */
const PAIRS = [
  { title: 'AdamW', trainer: 'AdamW', other: 'adamw' },
  { title: 'Muon', trainer: 'baseline', other: 'muon' },
] as const;

/** Losses whose differences are averaged: single ones are as many batches' chance. */
const AVERAGED = 10;

function find(runs: readonly Run[], name: string, file: string): Run {
  const run = runs.find((one) => one.name === name);
  if (run === undefined) throw new Error(`${file} has no run named “${name}”.`);
  return run;
}

/** By step, the mean over all of the last losses up to there. */
function points({ steps, losses }: Run): Point[] {
  return losses.map((value, i) => ({ x: (steps * (i + 1)) / losses.length, value }));
}

function smoothed(all: readonly Point[]): Point[] {
  return all.map(({ x }, i) => ({
    x: x!,
    value: mean(all.slice(Math.max(0, i + 1 - AVERAGED), i + 1).map(({ value }) => value)),
  }));
}

function main([trainerFile, otherFile, out]: readonly string[]): void {
  if (trainerFile === undefined || otherFile === undefined || out === undefined)
    throw new Error(
      'Give three files: the trainer’s figures (JSON), the twin’s (JSON lines), and the picture.',
    );
  const ours = JSON.parse(fs.readFileSync(trainerFile, 'utf8')) as Run[];
  const theirs = fs
    .readFileSync(otherFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Run);
  const pairs = PAIRS.map(({ title, trainer, other }) => ({
    title,
    trainer: points(find(ours, trainer, trainerFile)),
    twin: points(find(theirs, other, otherFile)),
  }));
  const last = Math.max(...pairs.flatMap(({ trainer }) => trainer.map(({ x }) => x!)));
  const x = { label: 'step', last };
  const charts = [
    {
      title: 'Loss of the trainer and of its twin',
      x,
      y: { label: 'nats', format: shortNumber, from: 'least' as const },
      series: pairs.flatMap(({ title, trainer, twin }) => [
        { name: `${title}, trainer`, points: trainer, dots: false },
        { name: `${title}, twin`, points: twin, dots: false },
      ]),
    },
    {
      title: 'Trainer minus twin, mean over the hundred steps before',
      x,
      y: { label: 'nats', format: shortNumber, from: 'least' as const },
      series: pairs.map(({ title, trainer, twin }) => ({
        name: title,
        points: smoothed(trainer.map((point, i) => ({ x: point.x!, value: point.value - twin[i]!.value }))),
        dots: false,
      })),
    },
  ];
  fs.writeFileSync(out, drawLineCharts(charts));
}

main(process.argv.slice(2));

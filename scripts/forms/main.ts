/** npm run bench:forms -- FOLDER…: size, speed and memory of bundles beside each other. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { findPlaces } from '../../src/cli/bench/places';
import { summarize } from '../../src/cli/bench/report';
import { contextAndStep } from '../../src/cli/bench/rows';
import { exitCodeOf } from '../../src/cli/command-line/exit-code';
import { countFrom, providerOption, userPath, type EngineOptions } from '../../src/cli/command-line/options';
import { EngineClient, inChildProcess } from '../../src/engine/node';
import { markdownTable } from '../../src/display/markdown-table';
import { ROOT } from '../setup/paths';

/** Not measured: the first runs of a process are slower. */
const WARM_UP_ROUNDS = 2;
/** For the threads of the form before, which wait awake for a while for more to do. */
const REST_MS = 20;

/** A bundle in an engine process of its own, and what was measured of it, in milliseconds. */
interface Form {
  readonly engine: EngineClient;
  readonly megabytes: number;
  readonly context: number[];
  readonly step: number[];
}

void exitCodeOf(async (signal) => {
  const command = new Command('bench:forms')
    .description('Measures bundles beside each other; ratios are to the first.')
    .exitOverride()
    .argument('<folders...>', 'model bundles')
    .option('--rounds <count>', 'lines that each fills', countFrom(1), 40)
    .addOption(providerOption('cpu'))
    .parse(process.argv);
  const { rounds, provider } = command.opts<{ rounds: number; provider: EngineOptions['provider'] }>();
  const forms: Form[] = [];
  try {
    for (const folder of command.args) forms.push(await open(userPath(folder), provider));
    await measure(forms, rounds, signal);
    console.log(await table(forms));
  } finally {
    await Promise.all(forms.map(({ engine }) => engine.dispose()));
  }
}).then((exitCode) => (process.exitCode = exitCode));

async function open(folder: string, provider: EngineOptions['provider']): Promise<Form> {
  const host = path.join(ROOT, 'dist/engine-host.js');
  const engine = await EngineClient.start(inChildProcess(host, folder), { provider });
  const bytes = readdirSync(folder)
    .filter((name) => /\.(onnx|bin)$/.test(name))
    .reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
  return { engine, megabytes: bytes / 1e6, context: [], step: [] };
}

/**
 * Each line is filled by all forms, so that drift meets all alike. Another one begins each time, now forwards and now
 * backwards: whoever runs twice in a row finds its weights in the processor's caches.
 */
async function measure(forms: readonly Form[], rounds: number, signal: AbortSignal): Promise<void> {
  const placeAt = findPlaces(ROOT);
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    const place = placeAt(round + WARM_UP_ROUNDS);
    const first = (round + WARM_UP_ROUNDS) % forms.length;
    const turned = [...forms.slice(first), ...forms.slice(0, first)];
    for (const { engine, context, step } of round % 2 === 0 ? turned : turned.reverse()) {
      signal.throwIfAborted();
      await setTimeout(REST_MS);
      const { contextMs, stepMs } = await contextAndStep(engine, place);
      if (round < 0) continue;
      context.push(contextMs);
      step.push(stepMs);
    }
  }
}

/** Medians; the ratios are medians of the lines' ratios. */
async function table(forms: readonly Form[]): Promise<string> {
  const median = (values: readonly number[]): number => summarize('', values).p50;
  const ratio = (values: readonly number[], first: readonly number[]): string =>
    median(values.map((value, i) => value / first[i]!)).toFixed(2);
  const rows = forms.map(async ({ engine, megabytes, context, step }) => {
    const { residentBytes, peakBytes } = await engine.stats();
    return [
      engine.info.precision,
      megabytes.toFixed(1),
      Math.round(engine.info.loadMs),
      `${median(context).toFixed(1)} (× ${ratio(context, forms[0]!.context)})`,
      `${median(step).toFixed(2)} (× ${ratio(step, forms[0]!.step)})`,
      `${Math.round(residentBytes / 1e6)}, at most ${Math.round(peakBytes / 1e6)}`,
    ];
  });
  return markdownTable(
    ['form', 'MB', 'load, ms', 'context, ms', 'step, ms', 'memory, MB'],
    await Promise.all(rows),
  );
}

/** npm run train-model: corpus → tokenizer → training → evaluation → model bundle. */
import fs from 'node:fs';
import path from 'node:path';
import { weightsSha256 } from '../../src/engine/training';
import { selectBackend } from './backend/select';
import { explainWasmError } from './backend/wasm/wasm';
import { listCheckpoints } from './run/checkpoint';
import { importBundle, type Imported } from './bundle/import-bundle';
import { finish, type Finished } from './bundle/finish';
import { report } from './report/report';
import { Network } from './network/network';
import { parseOptions, type TrainOptions } from './settings/options';
import { prepare } from './run/prepare';
import type { TrainingSettings } from './settings/presets';
import { RunLog } from './report/run-log';
import { writeCompactCheckpoint } from './run/compact-checkpoint';
import { batchesEach, decide, resumedRun, type Decided, type Resumed } from './run/resume';
import { BatchStream } from './samples/batch-stream';
import { settingsOf, stepsBeforeLastPhase, trainerOptions } from './settings/settings';
import { countGpus, runOnFirstGpu } from './together/gpus';
import { joinTeam, Team, type Member } from './together/team';
import { Trainer } from './run/trainer';
import { checkpointFolder, follow, train, type LoopOptions } from './run/training-loop';
import { Validator } from './run/validation';

const ROOT = path.resolve(__dirname, '..');

async function main(): Promise<void> {
  const standsAt = process.env['INIT_CWD'] ?? process.cwd();
  const options = parseOptions(
    process.argv.slice(2),
    (given) => path.resolve(standsAt, given),
    (preset) => path.join(ROOT, 'models', `llada-${preset}`),
  );
  const follower = joinTeam();
  if (follower !== undefined) return runFollower(options, follower);

  if (options.gpus !== 1 && (await runOnFirstGpu())) return;

  refuseToOverwrite(options);
  fs.mkdirSync(options.out, { recursive: true });
  const signal = interruptible();
  const { init, resumed, decided, settings: planned } = await plan(options);
  const prepared = await prepare(options, planned, path.join(ROOT, '.cache'), signal);

  const backend = await selectBackend(options.backend);
  const size = options.gpus === 'auto' ? (backend.name === 'webgpu' ? countGpus() : 1) : options.gpus;
  const settings = { ...planned, accumulate: batchesEach(planned.accumulate, size, resumed) };
  if (settings.accumulate !== planned.accumulate)
    say(`Each process accumulates ${settings.accumulate} batches: a step stays as large as it was.`);
  const device = `${backend.name}: ${backend.description}`;
  say(`Training “${settings.name}” on ${device}${size > 1 ? `, ${size} processes` : ''}.`);
  const team =
    size === 1 ? undefined : new Team({ size, program: process.argv[1]!, args: process.argv.slice(2) });
  try {
    const corpora = [...new Set([...(resumed?.corpora ?? []), prepared.fingerprint])];
    const notes = { ...decided, corpora };
    const { trainer, network, loop } = build(options, settings, prepared, init, team);
    const validator = prepared.valid.bytes.length === 0 ? undefined : new Validator(prepared, settings);
    if (validator === undefined)
      say('There are too few files to hold any out: nothing will be known of new text.');
    const rowsPerStep = size * settings.accumulate * settings.batch.batch * settings.batch.window.rows;
    const result = await train(trainer, {
      ...loop,
      notes,
      signal,
      log: (step) =>
        new RunLog(
          {
            out: options.out,
            maxSteps: options.maxSteps,
            logEvery: settings.logEvery,
            rowsPerStep,
            bar: true,
          },
          step,
        ),
      validate: async () => validator && (await trainer.withAverages(() => validator.run(trainer))),
    });
    team?.stop();
    if (result.skipped > 0) say(`${result.skipped} steps were skipped: their gradients were not finite.`);
    if (options.compactCheckpoint !== undefined) {
      const { step } = result;
      const checkpoint = { step, run: { ...notes, ...loop.run }, tensors: await trainer.snapshot() };
      writeCompactCheckpoint(
        options.compactCheckpoint,
        checkpoint,
        network.parameters,
        options.compactMoments,
      );
    }
    if (!result.finished) {
      const stopped = signal.aborted ? 'Stopped and saved' : 'Saved';
      say(
        `${stopped} at step ${result.step} of ${options.maxSteps}. Go on with the same command and --resume.`,
      );
      if (signal.aborted) process.exitCode = 130;
      return;
    }
    const values = await trainer.withAverages(() => network.values());
    const run: Finished = {
      options,
      settings,
      prepared,
      corpora,
      network,
      values,
      result,
      device,
      rowsPerStep,
      init,
    };
    say(report(run, await finish(run)));
  } finally {
    team?.stop();
    backend.dispose();
  }
}

/** Does a part of the steps that the leader's process does; keeps nothing, says nothing. */
async function runFollower(options: TrainOptions, member: Member): Promise<void> {
  const { init, resumed, settings: planned } = await plan(options);
  const settings = { ...planned, accumulate: batchesEach(planned.accumulate, member.size, resumed) };
  const prepared = await prepare(options, settings, path.join(ROOT, '.cache'), new AbortController().signal);
  const backend = await selectBackend(options.backend);
  try {
    const { trainer, loop } = build(options, settings, prepared, init, member);
    await follow(trainer, loop);
  } finally {
    backend.dispose();
  }
}

interface Plan {
  readonly init: Imported | undefined;
  readonly resumed: Resumed | undefined;
  readonly decided: Decided;
  /** With the batches that each process averages over as if the run began now. */
  readonly settings: TrainingSettings;
}

/** Plans how the run starts, or what it goes on with. */
async function plan(options: TrainOptions): Promise<Plan> {
  const { init, growth, seed, resume, resumeFrom, out, maxSteps } = options;
  const imported = init === undefined ? undefined : await importBundle(init, growth, seed);
  const resumed = resume
    ? resumedRun({ folder: checkpointFolder(out), compact: resumeFrom }, maxSteps)
    : undefined;
  const decided = decide(options, resumed);
  return { init: imported, resumed, decided, settings: settingsOf(options, imported?.config, decided) };
}

/** Builds the part that leader and followers share: the network, its trainer and how it is fed. */
function build(
  options: TrainOptions,
  settings: TrainingSettings,
  prepared: Finished['prepared'],
  init: Finished['init'],
  member: Member | undefined,
): { trainer: Trainer; network: Network; loop: LoopOptions } {
  const network = new Network(settings.architecture, options.seed);
  if (init) network.assignParameters(init.parameters);
  const trainer = new Trainer(network, trainerOptions(settings));
  const { rank, size } = member ?? { rank: 0, size: 1 };
  const part = { each: settings.accumulate, rank, size };
  const lateFrom = stepsBeforeLastPhase(settings) * settings.accumulate * size;
  const { tokenizer, train: corpus, kept } = prepared;
  const { layers, width } = settings.architecture;
  const loop: LoopOptions = {
    settings: settings,
    maxSteps: options.maxSteps,
    stopAfter: options.stopAfter,
    out: options.out,
    run: {
      preset: settings.name,
      seed: options.seed,
      network: `${layers} × ${width}`,
      tokenizer: kept.tokenizer,
      heldOut: kept.heldOut,
      samples: settings.batch.batch,
      batchesPerStep: settings.accumulate * size,
      ...(init ? { init: weightsSha256(init.config) } : {}),
    },
    resume: options.resume,
    compact: options.resumeFrom,
    batches: (first) =>
      new BatchStream(
        { corpus, tokenizer, config: settings.batch, seed: options.seed, part, lateFrom },
        first,
      ),
    member,
  };
  return { trainer, network, loop };
}

/** A run that is there already is gone on with or left alone, never overwritten. */
function refuseToOverwrite({ out, resume, init }: TrainOptions): void {
  const [latest] = listCheckpoints(checkpointFolder(out));
  if (latest !== undefined && !resume) {
    throw new Error(
      `${out} holds a training run already (${path.basename(latest)}). Add --resume to go on with it, or choose another --out.`,
    );
  }
  if (init !== undefined && path.resolve(init) === path.resolve(out))
    throw new Error(`--out is the bundle that --init starts from (${out}). Choose another --out.`);
}

/** npm hands a Ctrl-C on that the terminal has sent already: two within this time are one. */
const SAME_INTERRUPT_MS = 1000;

/** The first Ctrl-C saves and stops, a second one stops at once. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - first > SAME_INTERRUPT_MS) process.exit(130);
      return;
    }
    first = performance.now();
    controller.abort(new Error('Interrupted.'));
    say('\nStopping: the step at hand is finished and saved. Press Ctrl-C again to stop at once.');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

function say(message: string): void {
  process.stderr.write(`${message}\n`);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    const explained = explainWasmError(error);
    say(explained instanceof Error ? explained.message : String(explained));
    process.exit(1);
  },
);

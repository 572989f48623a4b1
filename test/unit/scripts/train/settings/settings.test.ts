import assert from 'node:assert/strict';
import { parseOptions, type TrainOptions } from '../../../../../scripts/train/settings/options';
import { PRESETS } from '../../../../../scripts/train/settings/presets';
import {
  settingsOf,
  stepsBeforeLastPhase,
  trainerOptions,
} from '../../../../../scripts/train/settings/settings';
import { learningRate } from '../../../../../scripts/train/settings/learning-rate';

function options(...argv: string[]): TrainOptions {
  return parseOptions(
    argv,
    (given) => `/from/${given}`,
    (preset) => `/models/${preset}`,
  );
}

const BUNDLE = {
  architecture: { ...PRESETS.tiny.architecture, vocabulary: 999 },
  window: PRESETS.tiny.batch.window,
  learned: { expand: false, remask: false, guidance: true },
};

describe('settings of a training run', () => {
  it('are the preset’s', () => {
    assert.deepEqual(settingsOf(options()), PRESETS.tiny);
    assert.deepEqual(settingsOf(options('--preset', 'base')), PRESETS.base);
    assert.equal(stepsBeforeLastPhase(settingsOf(options())), 800);
  });

  it('change where the command line says so', () => {
    const words =
      '--tier 300 --batch 3 --accumulate 4 --schedule wsd --learning-rate 1e-4 --warmup 7 --ema 0.99 --last-phase 0.5';
    const settings = settingsOf(options('--max-steps', '30', ...words.split(' ')));
    assert.equal(settings.batch.batch, 3);
    assert.equal(settings.accumulate, 4);
    assert.equal(settings.tier, 300);
    assert.equal(settings.emaDecay, 0.99);
    assert.deepEqual(
      { ...settings.schedule },
      { ...PRESETS.tiny.schedule, shape: 'wsd', peak: 1e-4, warmup: 7 },
    );
    assert.equal(stepsBeforeLastPhase(settings), 15);
    const uniform = settingsOf(options('--t-draw', 'uniform'));
    assert.deepEqual([settings.batch.t.kind, uniform.batch.t.kind], ['logit-normal', 'uniform']);
  });

  it('let phases begin when told to', () => {
    const given = options('--max-steps', '30', '--schedule', 'constant');
    const settings = settingsOf(given, undefined, { decayFrom: 20, lastPhaseFrom: 12 });
    assert.equal(stepsBeforeLastPhase(settings), 12);
    const rates = [20, 21, 30].map((step) => learningRate(step, 30, { ...settings.schedule, warmup: 5 }));
    assert.equal(rates[0], settings.schedule.peak);
    assert.ok(rates[1]! < rates[0] && Math.abs(rates[2]! - 0.1 * rates[0]) < 1e-9);
  });

  it('give each optimiser its rates', () => {
    const { schedule, embeddingFactor, adamwPeak } = PRESETS.base;
    const rates = (...words: string[]): (number | undefined)[] => {
      const settings = settingsOf(options('--preset', 'base', ...words));
      return [settings.schedule.peak, trainerOptions(settings).optimizer?.muon?.embeddingFactor];
    };
    assert.deepEqual(rates(), [schedule.peak, embeddingFactor]);
    assert.deepEqual(rates('--optimizer', 'adamw'), [adamwPeak, undefined]);
    assert.deepEqual(rates('--optimizer', 'adamw', '--learning-rate', '1e-4'), [1e-4, undefined]);
    // The matrices' rate takes the embedding's along, unless that is given.
    assert.deepEqual(rates('--learning-rate', '1e-3'), [1e-3, embeddingFactor]);
    assert.deepEqual(rates('--learning-rate', '1e-3', '--embedding-rate', '4e-3'), [1e-3, 4]);
  });

  it('train on a part of the corpus when asked to', () => {
    assert.equal(options().corpusPart, undefined);
    assert.deepEqual(options('--corpus-part', '2/4').corpusPart, { part: 2, of: 4 });
  });

  it('take network and window from the bundle that training starts from', () => {
    const given = options('--init', 'bundle', '--data', 'project');
    assert.deepEqual(
      [given.preset, given.init, given.data, given.out],
      ['finetune', '/from/bundle', '/from/project', '/models/finetune'],
    );
    const settings = settingsOf(given, BUNDLE);
    assert.deepEqual(settings.architecture, BUNDLE.architecture);
    assert.deepEqual(settings.batch.window, BUNDLE.window);
    assert.equal(settings.batch.vocabulary, 999);
  });

  it('teach a bundle on only what it has learned already', () => {
    const given = options('--init', 'bundle');
    assert.equal(stepsBeforeLastPhase(settingsOf(given, BUNDLE)), PRESETS.finetune.steps);
    const expands = { ...BUNDLE, learned: { ...BUNDLE.learned, expand: true } };
    assert.equal(stepsBeforeLastPhase(settingsOf(given, expands)), 0.8 * PRESETS.finetune.steps);
  });

  it('refuse a bundle that the kernels are not written for', () => {
    const odd = { ...BUNDLE, architecture: { ...BUNDLE.architecture, normEpsilon: 1e-5 } };
    assert.throws(
      () => settingsOf(options('--init', 'bundle'), odd),
      /norm epsilon of 0.000001.*has 0.00001/,
    );
  });
});

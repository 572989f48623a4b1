/** Every kernel on the current WebGPU device against double precision, and the whole network against its composites. */
import * as tf from '@tensorflow/tfjs-core';
import { activeGpu, type Gpu, type MatrixUnit } from '../../scripts/train/backend/gpu';
import { selectBackend } from '../../scripts/train/backend/select';
import { ALLOWED_MATMUL_ERROR, checkMatmul } from '../../scripts/train/bench/matmul-check';
import { syntheticBatch } from '../../scripts/train/bench/synthetic';
import { Network } from '../../scripts/train/network/network';
import { PRODUCT_CHOICE } from '../../scripts/train/ops/gemm/variants';
import { Trainer } from '../../scripts/train/run/trainer';
import type { Architecture } from '../../src/engine/model/graph/architecture';
import {
  CHUNKED_LOSS_CASES,
  MATRIX_CASES,
  measureErrors,
  OP_CASES,
  SHARED_LINEAR_CASE,
  type OpCase,
} from '../support/train/cases';
import { measureOptimizer, MUON, OPTIMIZER_CASES } from '../support/train/optimizer-cases';

export interface Outcome {
  readonly name: string;
  /** Largest errors relative to the largest number wanted: of the value, then of each gradient. */
  readonly errors: readonly number[];
  readonly allowed: number;
}

/** How far float32 sums in another order, and float16 factors, may be off. */
const ALLOWED: Readonly<Record<MatrixUnit, number>> = { f32: 1e-4, emulated: 1e-4, subgroup: 4e-3 };

/**
 * Rounding to float16 moves a factor by at most 2⁻¹¹ of it, by 2⁻¹¹/√3 in the root mean square, and a product of two by
 * √2 times that. Inputs uniform in ±size have products of size²/3 (root mean square), so a logit of w of them moves by
 * σ = √w · size²/3 · 2⁻¹¹ · √(2/3): 0.014 for logits out of inputs up to 6, and not relative to them. A probability p
 * changes by p(1 − p) times at most twice the largest move of a logit, which is half of it. Four σ leave room for the
 * largest of some hundred logits. The loss moves by less, in relation to its size.
 */
function allowedError(unit: MatrixUnit, { logitTerms = 0, size = 1 }: OpCase): number {
  if (unit !== 'subgroup') return ALLOWED[unit];
  const sigma = ((Math.sqrt(logitTerms) * size ** 2) / 3) * 2 ** -11 * Math.sqrt(2 / 3);
  return ALLOWED[unit] + (4 * sigma) / 2;
}

export const CONFIG: Architecture = {
  layers: 1,
  width: 32,
  heads: 2,
  headWidth: 16,
  swiglu: 40,
  vocabulary: 60,
  ropeBase: 10000,
  normEpsilon: 1e-6,
};

/** Matrix products in every layout, brought into workgroup memory in every way. */
async function runProducts(
  units: readonly MatrixUnit[],
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  for (const unit of units)
    for (const { name, errors } of await checkMatmul(currentGpu(), unit, [[40, 48, 40]]))
      onOutcome({
        name: `${unit}: product ${name}`,
        errors: [...errors.values()],
        allowed: ALLOWED_MATMUL_ERROR,
      });
  for (const unit of units.filter((which) => which !== 'f32')) {
    currentGpu().matrixUnit = unit;
    const before = PRODUCT_CHOICE.half;
    PRODUCT_CHOICE.half = true;
    const { value, gradients } = await measureErrors(SHARED_LINEAR_CASE);
    PRODUCT_CHOICE.half = before;
    // Operands are f16 here on every unit.
    onOutcome({
      name: `${unit}: product, ${SHARED_LINEAR_CASE.name}, f16`,
      errors: [value, ...gradients],
      allowed: ALLOWED.subgroup,
    });
  }
}

/** Runs everything on each unit that the device has; `emulated` is the subgroup kernel's layout in plain float32. */
export async function runSuite(
  units: readonly MatrixUnit[],
  onOutcome: (outcome: Outcome) => void,
  only = '',
): Promise<void> {
  if (only === '' || only === 'product') await runProducts(units, onOutcome);
  // Rounding operands to f16 beforehand is checked above; here `emulated` is to be exact.
  const before = PRODUCT_CHOICE.half;
  PRODUCT_CHOICE.half = false;
  const withLarge = units.length > 1;
  for (const unit of units) {
    const cases = unit === units[0] ? [...OP_CASES, ...CHUNKED_LOSS_CASES] : matrixCasesOf(unit);
    for (const op of cases.filter(({ name }) => name.includes(only))) {
      if (op.isLarge && !withLarge) continue;
      currentGpu().matrixUnit = unit;
      const { value, gradients } = await measureErrors(op);
      onOutcome({
        name: `${unit}: ${op.name}`,
        errors: [value, ...gradients],
        allowed: allowedError(unit, op),
      });
    }
  }
  PRODUCT_CHOICE.half = before;
  for (const unit of units) await runOptimizer(unit, onOutcome, only, withLarge);
}

/** Muon's factors are f16 on every unit. */
const ALLOWED_OF_MUON = 1e-2;

async function runOptimizer(
  unit: MatrixUnit,
  onOutcome: (outcome: Outcome) => void,
  only: string,
  withLarge: boolean,
): Promise<void> {
  currentGpu().matrixUnit = unit;
  for (const one of OPTIMIZER_CASES) {
    const name = `muon, ${one.name}`;
    if (!name.includes(only) || (one.isLarge && !withLarge)) continue;
    const errors = await measureOptimizer(one);
    onOutcome({ name: `${unit}: ${name}`, errors, allowed: ALLOWED_OF_MUON });
  }
}

function matrixCasesOf(unit: MatrixUnit): readonly OpCase[] {
  return unit === 'f32'
    ? MATRIX_CASES
    : OP_CASES.filter(({ name }) => /linear|attention|head loss/.test(name));
}

function currentGpu(): Gpu {
  const gpu = activeGpu();
  if (gpu === undefined) throw new Error('no WebGPU device is the current backend');
  return gpu;
}

/**
 * Losses of a few steps and the weights after them: kernels on the device against composites on the CPU.
 *
 * @param half whether operands are rounded to f16 before their products
 */
export async function compareTraining(unit: MatrixUnit, half: boolean): Promise<Outcome> {
  const before = PRODUCT_CHOICE.half;
  PRODUCT_CHOICE.half = half;
  const device = await trainAFewSteps(unit);
  PRODUCT_CHOICE.half = before;
  const backend = tf.getBackend();
  await selectBackend('cpu');
  const cpu = await trainAFewSteps(undefined);
  await tf.setBackend(backend);
  const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
    let most = 0;
    for (let i = 0; i < a.length; i++)
      most = Math.max(most, Math.abs(a[i]! - b[i]!) / (Math.abs(b[i]!) + 1e-2));
    return most;
  };
  const errors = [worst(device.losses, cpu.losses), worst(device.norms, cpu.norms)];
  // Adam's first steps are the sign of the gradient, which rounding can turn: moments and averages tell of the rest.
  for (const name of ['muon.layer.0.query.m', 'adamw.embedding.m', 'ema.layer.0.down'])
    errors.push(worst(device.snapshot.get(name)!, cpu.snapshot.get(name)!));
  return {
    name: `${unit}: four training steps${half ? ', f16 operands' : ''}`,
    errors,
    allowed: half || unit === 'subgroup' ? 5e-2 : 2e-3,
  };
}

async function trainAFewSteps(unit: MatrixUnit | undefined) {
  if (unit !== undefined) currentGpu().matrixUnit = unit;
  const network = new Network(CONFIG, 5);
  const trainer = new Trainer(network, { emaDecay: 0.9, optimizer: MUON });
  const losses: number[] = [];
  const norms: number[] = [];
  for (let step = 0; step < 4; step++) {
    const batches = [0, 1].map((i) =>
      syntheticBatch(
        { batch: 2, length: 20, vocabulary: 60, holeShare: 0.5, predictedShare: 0.25 },
        2 * step + i,
      ),
    );
    const { loss, gradientNorm } = await trainer.step(batches, step < 3 ? 0 : 1e-3).numbers;
    losses.push(loss);
    norms.push(gradientNorm);
  }
  const snapshot = await trainer.snapshot();
  trainer.dispose();
  network.dispose();
  return { losses, norms, snapshot };
}

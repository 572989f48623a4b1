/**
 * Compiles and validates the kernels as they are on a GPU with float16, subgroups of 32 lanes and subgroup matrices, on
 * Dawn's null backend: nothing is computed, and no GPU is needed.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { openDawn } from '../../scripts/train/backend/dawn';
import { attachGpu, Gpu } from '../../scripts/train/backend/gpu';
import { startWebgpu } from '../../scripts/train/backend/webgpu';
import { syntheticBatch } from '../../scripts/train/bench/synthetic';
import { Network } from '../../scripts/train/network/network';
import { grownArchitecture } from '../../scripts/train/network/grow';
import {
  forwardSource,
  keyGradientSource,
  queryGradientSource,
  rowStatsSource,
} from '../../scripts/train/ops/attention/flash-source';
import { subgroupSource, subgroupTile } from '../../scripts/train/ops/gemm/subgroup';
import { TILE_VARIANTS } from '../../scripts/train/ops/gemm/variants';
import type { GemmSpec } from '../../scripts/train/ops/gemm/spec';
import { Trainer } from '../../scripts/train/run/trainer';
import { CHUNKED_LOSS_CASES, OP_CASES } from '../support/train/cases';
import { MUON } from '../support/train/optimizer-cases';
import { PRESETS } from '../../scripts/train/settings/presets';

/** One layer of the network that is trained for use, and of those that it grows to: these shapes are the ones that matter. */
const BASE = { ...PRESETS.base.architecture, layers: 1, vocabulary: 1024 };
const NETWORKS = [512, 640, 768].map((width) => grownArchitecture(BASE, { width }));

/** m, k, n: ragged, one row, narrow, and whole tiles. */
const SIZES = [
  [129, 67, 45],
  [1, 64, 7],
  [64, 2048, 64],
  [256, 512, 192],
  [512, 1408, 512],
  [32768, 512, 1408],
  [32768, 640, 1728],
  [32768, 2048, 768],
] as const;

const WHAT = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix'];

async function main(): Promise<void> {
  const dawn = await openDawn({ api: 'null', software: true, validate: true });
  if (dawn === undefined) throw new Error('Dawn offers no null adapter');
  const { device } = dawn;
  const missing = WHAT.filter((name) => !device.features.has(name));
  if (missing.length > 0) throw new Error(`the null adapter lacks ${missing.join()}`);
  const problems: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => problems.push(error.message));

  const { backend } = await startWebgpu(dawn);
  const create = device.createComputePipeline.bind(device);
  const sources = new Set<string>();
  Object.defineProperty(device, 'createComputePipeline', {
    value: (descriptor: GPUComputePipelineDescriptor) => {
      sources.add(String(descriptor.label));
      return create(descriptor);
    },
  });
  // Products in plain f32 here: the null adapter's limit on workgroup memory is below what the others need.
  const gpu = new Gpu(backend, {
    subgroupMatrices: false,
    subgroups32: true,
    wideWarps: false,
    timestamps: false,
  });
  attachGpu(gpu);
  for (const op of [...OP_CASES, ...CHUNKED_LOSS_CASES]) {
    const inputs = op.shapes.map((shape) => tf.zeros([...shape]));
    const gradients = tf.tidy(() => tf.grads((...args: tf.Tensor[]) => tf.sum(op.run(args)))(inputs));
    tf.dispose([...inputs, ...gradients]);
  }
  const shape = { batch: 2, length: 128, vocabulary: 1024, holeShare: 0.5, predictedShare: 0.25 };
  for (const architecture of NETWORKS) {
    const network = new Network(architecture, 1);
    const trainer = new Trainer(network, { emaDecay: 0.9, optimizer: MUON });
    trainer.step(syntheticBatch(shape, 1), 0);
    await gpu.finish();
    trainer.dispose();
    network.dispose();
    await gpu.freeUnused();
  }

  const products = new Set([...productSources(), ...attentionSources(gpu)]);
  for (const code of products) {
    const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
    problems.push(...messages.filter(({ type }) => type === 'error').map(({ message }) => message));
  }
  console.log(JSON.stringify({ pipelines: sources.size, products: products.size, problems }));
}

/** Every layout of both operands, both widths of workgroup memory, with and without prefetch, scaling and splitting; and the bench's variants. */
function productSources(): ReadonlySet<string> {
  const sources = new Set<string>();
  const either = [false, true];
  for (const [m, k, n] of SIZES)
    for (const ta of either)
      for (const tb of either) {
        const layout = (transposed: boolean, stride: number) => ({ transposed, stride, outer: 0, inner: 0 });
        const spec: GemmSpec = {
          m,
          n,
          k,
          outer: 1,
          inner: 1,
          alpha: 0.5,
          scaleA: 64,
          scaleB: 1,
          splits: k > 1000 ? 4 : 1,
          a: layout(ta, ta ? m : k),
          b: layout(tb, tb ? k : n),
          c: layout(false, n),
          symmetric: m === n,
        };
        for (const wide of either)
          for (const vectors of either)
            for (const prefetch of either)
              sources.add(subgroupSource(spec, { ...subgroupTile(spec, wide), vectors, prefetch }, false));
        if (n <= 64 || m <= 64) continue;
        const halved = { ...spec, a: { ...spec.a, half: true }, b: { ...spec.b, half: true } };
        const isWhole = [m, n, k].every((extent) => extent % 8 === 0);
        for (const { tile, half } of TILE_VARIANTS)
          if (!half || isWhole)
            sources.add(
              subgroupSource(half ? halved : spec, { ...subgroupTile(spec, true), ...tile }, false),
            );
      }
  return sources;
}

/** The fused attention: as trained for use, one row, and ragged. */
function attentionSources(gpu: Gpu): readonly string[] {
  const scales = { output: 4096, scores: 16 };
  return [
    { length: 512, headWidth: 64 },
    { length: 1, headWidth: 16 },
    { length: 77, headWidth: 48 },
  ].flatMap(({ length, headWidth }) =>
    [4, 8].flatMap((subgroups) => {
      const spec = { shape: { batch: 2, length, heads: 3 }, headWidth, subgroups, emulated: false };
      return [
        forwardSource(spec),
        rowStatsSource(gpu, spec, scales),
        queryGradientSource(spec, scales),
        keyGradientSource(spec, scales),
      ];
    }),
  );
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);

/**
 * Records our own WGSL kernels into the command encoder of tfjs's WebGPU backend, beside tfjs's own.
 * A kernel's shapes are constants in its source, so a dispatch needs no uniforms, and one dispatch
 * costs a bind group and three encoder calls.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** What multiplies matrices: f16 subgroup matrices, plain f32 tiles, or the former's layout in plain f32 (for tests without the hardware). */
export type MatrixUnit = 'subgroup' | 'f32' | 'emulated';

export interface Capabilities {
  readonly subgroupMatrices: boolean;
  /** Every subgroup has 32 lanes, so a reduction over 32 lanes needs no workgroup memory. */
  readonly subgroups32: boolean;
  /** A subgroup has registers enough for 64×64 sums; measured on NVIDIA, where it is a third faster. */
  readonly wideWarps: boolean;
  readonly timestamps: boolean;
}

/** A compute shader; `key` names everything its source depends on. Bindings: inputs first, then outputs. */
export interface Kernel {
  readonly name: string;
  readonly key: string;
  source(): string;
}

/** A whole tensor, or a range of its bytes (offset a multiple of 256). */
export type Operand =
  | tf.TensorInfo
  | { readonly tensor: tf.TensorInfo; readonly byteOffset: number; readonly byteLength: number };

export type Grid = readonly [number, number?, number?];

export interface KernelTime {
  readonly name: string;
  readonly milliseconds: number;
}

/** The members of WebGPUBackend that its type hides. */
interface Recorder {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly tensorMap: { get(id: object): { resource: GPUBuffer | null; values: unknown } };
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(id: object): void;
  readonly bufferManager: {
    readonly freeBuffers: Map<string, GPUBuffer[]>;
    numFreeBuffers: number;
    numBytesAllocated: number;
  };
}

const dispatchesPerSubmit = 48;
const maxTimed = 2048;

export class Gpu {
  readonly #recorder: Recorder;
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #pipelines = new Map<string, { pipeline: GPUComputePipeline; layout: GPUBindGroupLayout }>();
  #timed: { querySet: GPUQuerySet; names: string[] } | undefined;
  /** Which kernels `matrix products` use; changing it affects what is recorded from then on. */
  matrixUnit: MatrixUnit;

  constructor(
    readonly backend: WebGPUBackend,
    readonly capabilities: Capabilities,
  ) {
    this.#recorder = backend as unknown as Recorder;
    this.matrixUnit = capabilities.subgroupMatrices ? 'subgroup' : 'f32';
  }

  get device(): GPUDevice {
    return this.#recorder.device;
  }

  /** A new tensor on the device, its contents undefined. */
  allocate(shape: number[], dtype: tf.DataType = 'float32'): tf.TensorInfo {
    return this.backend.makeTensorInfo(shape, dtype);
  }

  /** Gives back what `allocate` made and no tfjs tensor owns. Later kernels may reuse the memory at once: commands run in order. */
  release(...tensors: tf.TensorInfo[]): void {
    for (const tensor of tensors) this.backend.disposeData(tensor.dataId);
  }

  /** Hands a tensor that `allocate` made to tfjs's bookkeeping. */
  own<R extends tf.Rank = tf.Rank>(tensor: tf.TensorInfo): tf.Tensor<R> {
    return tf.engine().makeTensorFromTensorInfo(tensor, this.backend) as tf.Tensor<R>;
  }

  record(kernel: Kernel, inputs: readonly Operand[], outputs: readonly Operand[], grid: Grid): void {
    const recorder = this.#recorder;
    const { pipeline, layout } = this.#pipeline(kernel, inputs.length, outputs.length);
    const entries = [...inputs, ...outputs].map((operand, binding) => ({
      binding,
      resource: this.#bind(operand),
    }));
    // A value that tfjs read back earlier is stale once a kernel has written to its buffer.
    for (const operand of outputs)
      recorder.tensorMap.get(('tensor' in operand ? operand.tensor : operand).dataId).values = null;
    const group = recorder.device.createBindGroup({ layout, entries });
    recorder.ensureCommandEncoderReady();
    const timed = this.#timed;
    if (timed !== undefined && timed.names.length < maxTimed) {
      recorder.endComputePassEncoder();
      const i = timed.names.push(kernel.name) - 1;
      recorder.computePassEncoder = recorder.commandEncoder!.beginComputePass({
        timestampWrites: {
          querySet: timed.querySet,
          beginningOfPassWriteIndex: 2 * i,
          endOfPassWriteIndex: 2 * i + 1,
        },
      });
    } else {
      recorder.computePassEncoder ??= recorder.commandEncoder!.beginComputePass();
    }
    const pass = recorder.computePassEncoder;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...(grid as [number, number, number]));
    if (timed !== undefined) recorder.endComputePassEncoder();
    recorder.dispatchCountInPass++;
    if (recorder.dispatchCountInPass >= dispatchesPerSubmit) this.submit();
  }

  /** Sends what is recorded to the device. */
  submit(): void {
    if (this.#recorder.commandEncoder === null) return;
    this.#recorder.endComputePassEncoder();
    this.#recorder.submitQueue();
  }

  /** Resolves when the device has finished all that was recorded. */
  async finish(): Promise<void> {
    this.submit();
    await this.#recorder.queue.onSubmittedWorkDone();
  }

  /** Runs `work` with each of our kernels in a pass of its own and returns what each took on the device. */
  async time(work: () => void): Promise<KernelTime[]> {
    if (!this.capabilities.timestamps) return [];
    this.submit();
    const querySet = this.device.createQuerySet({ type: 'timestamp', count: 2 * maxTimed });
    this.#timed = { querySet, names: [] };
    work();
    const { names } = this.#timed;
    this.#timed = undefined;
    await this.finish();
    const bytes = 16 * names.length;
    const resolved = this.device.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const mapped = this.device.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
    const encoder = this.device.createCommandEncoder();
    encoder.resolveQuerySet(querySet, 0, 2 * names.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, mapped, 0, bytes);
    this.device.queue.submit([encoder.finish()]);
    await mapped.mapAsync(GPUMapMode.READ);
    const stamps = new BigUint64Array(mapped.getMappedRange().slice(0));
    for (const resource of [querySet, resolved, mapped]) resource.destroy();
    return names.map((name, i) => ({
      name,
      milliseconds: Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e6,
    }));
  }

  /** Gives back to the device what tfjs keeps for tensors to come: another network has other sizes. */
  async freeUnused(): Promise<void> {
    await this.finish();
    const pool = this.#recorder.bufferManager;
    // The map keeps its keys: tfjs takes an empty one for a sign that the backend is gone.
    for (const buffer of [...pool.freeBuffers.values()].flatMap((buffers) => buffers.splice(0))) {
      pool.numBytesAllocated -= buffer.size;
      pool.numFreeBuffers--;
      buffer.destroy();
    }
  }

  #bind(operand: Operand): GPUBufferBinding {
    const tensor = 'tensor' in operand ? operand.tensor : operand;
    this.#recorder.uploadToGPU(tensor.dataId);
    const buffer = this.#recorder.tensorMap.get(tensor.dataId).resource!;
    return 'tensor' in operand
      ? { buffer, offset: operand.byteOffset, size: operand.byteLength }
      : { buffer };
  }

  #pipeline(
    kernel: Kernel,
    inputs: number,
    outputs: number,
  ): { pipeline: GPUComputePipeline; layout: GPUBindGroupLayout } {
    const key = `${kernel.name} ${kernel.key}`;
    let entry = this.#pipelines.get(key);
    if (entry === undefined) {
      const layout = this.#layout(inputs, outputs);
      const module = this.device.createShaderModule({ code: kernel.source(), label: kernel.name });
      const pipeline = this.device.createComputePipeline({
        label: key,
        layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main' },
      });
      entry = { pipeline, layout };
      this.#pipelines.set(key, entry);
    }
    return entry;
  }

  #layout(inputs: number, outputs: number): GPUBindGroupLayout {
    const key = `${inputs} ${outputs}`;
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      layout = this.device.createBindGroupLayout({
        entries: Array.from({ length: inputs + outputs }, (_, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: binding < inputs ? ('read-only-storage' as const) : ('storage' as const) },
        })),
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

const gpus = new WeakMap<object, Gpu>();

export function attachGpu(gpu: Gpu): void {
  gpus.set(gpu.backend, gpu);
}

/** The kernels' recorder if tfjs's current backend is WebGPU, else undefined: then the composites run. */
export function activeGpu(): Gpu | undefined {
  return gpus.get(tf.backend());
}

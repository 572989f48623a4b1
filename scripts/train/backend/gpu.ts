/**
 * Records our own WGSL kernels into the command encoder of tfjs's WebGPU backend, beside tfjs's own.
 * A kernel's shapes are constants in its source, so a dispatch needs no uniforms, and one dispatch
 * costs a bind group and three encoder calls.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { destroyBuffers, type WebGPUInternals } from './tfjs-internals';

/** The unit of matrix products: f16 subgroup matrices, f32 tiles, or the former's layout in f32, for tests. */
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

/** A kernel bound to its buffers. */
export interface Command {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly grid: Grid;
}

/** Is told of what is recorded: see {@link Gpu.capturing}. */
export interface Capture {
  /** A command was issued that is bound to these data, and writes some of them. */
  add(command: Command, bound: readonly object[], written: readonly object[]): void;
  /** Data is about to be uploaded: to be done by `upload`, once. */
  upload(id: object, upload: () => void): void;
}

const DISPATCHES_PER_SUBMIT = 48;
const MAX_TIMED = 2048;

export class Gpu {
  readonly internals: WebGPUInternals;
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #pipelines = new Map<string, { pipeline: GPUComputePipeline; layout: GPUBindGroupLayout }>();
  #timed: { querySet: GPUQuerySet; names: string[] } | undefined;
  /** Which kernels `matrix products` use; changing it affects what is recorded from then on. */
  matrixUnit: MatrixUnit;
  /** The listener that is told of all that is recorded, at present. */
  capturing: Capture | undefined;

  constructor(
    readonly backend: WebGPUBackend,
    readonly capabilities: Capabilities,
  ) {
    this.internals = backend as unknown as WebGPUInternals;
    this.matrixUnit = capabilities.subgroupMatrices ? 'subgroup' : 'f32';
  }

  get device(): GPUDevice {
    return this.internals.device;
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
    const { device, tensorMap } = this.internals;
    const { pipeline, layout } = this.#pipeline(kernel, inputs.length, outputs.length);
    const entries = [...inputs, ...outputs].map((operand, binding) => ({
      binding,
      resource: this.#bind(operand),
    }));
    const written = outputs.map((operand) => tensorOf(operand).dataId);
    // A value that tfjs read back earlier is stale once a kernel has written to its buffer.
    for (const id of written) tensorMap.get(id).values = null;
    const group = device.createBindGroup({ layout, entries });
    const command = { name: kernel.name, pipeline, group, grid };
    const bound = [...inputs.map((operand) => tensorOf(operand).dataId), ...written];
    this.capturing?.add(command, bound, written);
    this.issue(command);
  }

  /** Puts a command into the encoder. */
  issue({ name, pipeline, group, grid }: Command): void {
    const { internals } = this;
    internals.ensureCommandEncoderReady();
    const timed = this.#timed;
    if (timed !== undefined && timed.names.length < MAX_TIMED) {
      internals.endComputePassEncoder();
      const i = timed.names.push(name) - 1;
      internals.computePassEncoder = internals.commandEncoder!.beginComputePass({
        timestampWrites: {
          querySet: timed.querySet,
          beginningOfPassWriteIndex: 2 * i,
          endOfPassWriteIndex: 2 * i + 1,
        },
      });
    } else {
      internals.computePassEncoder ??= internals.commandEncoder!.beginComputePass();
    }
    const pass = internals.computePassEncoder;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...(grid as [number, number, number]));
    if (timed !== undefined) internals.endComputePassEncoder();
    internals.dispatchCountInPass++;
    if (internals.dispatchCountInPass >= DISPATCHES_PER_SUBMIT) this.submit();
  }

  /** Overwrites a tensor's values from number `first` on, after all that was recorded; it stays where it is. */
  write(tensor: tf.TensorInfo, values: Float32Array | Int32Array | Uint8Array, first = 0): void {
    // Values on the host may reach a buffer used before by a recorded copy, which must be there first.
    this.#upload(tensor.dataId);
    this.submit();
    const data = this.internals.tensorMap.get(tensor.dataId);
    data.values = null;
    this.internals.queue.writeBuffer(data.resource!, 4 * first, values as GPUAllowSharedBufferSource);
  }

  /**
   * The values of float32 tensors, one after the other, as they are after what is recorded so far: unlike with tfjs's
   * own `data`, kernels may be recorded at once that overwrite them.
   */
  async read(tensors: readonly tf.TensorInfo[]): Promise<Float32Array> {
    const { internals } = this;
    const size = tensors.reduce((sum, tensor) => sum + this.#buffer(tensor).size, 0);
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    const staging = internals.bufferManager.acquireBuffer(size, usage);
    let first = 0;
    for (const tensor of tensors) {
      const length = this.#buffer(tensor).size / 4;
      this.copy(tensor, 0, staging, first, length);
      first += length;
    }
    this.submit();
    await staging.mapAsync(GPUMapMode.READ);
    const values = new Float32Array(staging.getMappedRange().slice(0));
    staging.unmap();
    internals.bufferManager.releaseBuffer(staging);
    return values;
  }

  /** Records a copy of `length` numbers of four bytes, from number `first` on to number `to` on. */
  copy(
    source: tf.TensorInfo | GPUBuffer,
    first: number,
    target: tf.TensorInfo | GPUBuffer,
    to: number,
    length: number,
  ): void {
    const { internals } = this;
    const bufferOf = (at: tf.TensorInfo | GPUBuffer): GPUBuffer => ('dataId' in at ? this.#buffer(at) : at);
    const [from, into] = [bufferOf(source), bufferOf(target)];
    if ('dataId' in target) internals.tensorMap.get(target.dataId).values = null;
    internals.ensureCommandEncoderReady();
    internals.endComputePassEncoder();
    internals.commandEncoder!.copyBufferToBuffer(from, 4 * first, into, 4 * to, 4 * length);
  }

  /** Sends what is recorded to the device. */
  submit(): void {
    if (this.internals.commandEncoder === null) return;
    this.internals.endComputePassEncoder();
    this.internals.submitQueue();
  }

  /** Resolves when the device has finished all that was recorded. */
  async finish(): Promise<void> {
    this.submit();
    await this.internals.queue.onSubmittedWorkDone();
  }

  /** Runs `work` with each of our kernels in a pass of its own and returns what each took on the device. */
  async time(work: () => void): Promise<KernelTime[]> {
    if (!this.capabilities.timestamps) return [];
    this.submit();
    const querySet = this.device.createQuerySet({ type: 'timestamp', count: 2 * MAX_TIMED });
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
    const manager = this.internals.bufferManager;
    destroyBuffers(manager, manager.freeBuffers);
  }

  #bind(operand: Operand): GPUBufferBinding {
    const buffer = this.#buffer(tensorOf(operand));
    return 'tensor' in operand
      ? { buffer, offset: operand.byteOffset, size: operand.byteLength }
      : { buffer };
  }

  #buffer({ dataId }: tf.TensorInfo): GPUBuffer {
    this.#upload(dataId);
    return this.internals.tensorMap.get(dataId).resource!;
  }

  /** Gives the tensor a buffer, if it has none yet, with its values on the host, if there are. */
  #upload(id: object): void {
    const { resource, values } = this.internals.tensorMap.get(id);
    if (resource !== null && resource !== undefined) return;
    const upload = (): void => this.internals.uploadToGPU(id);
    if (this.capturing === undefined || !values) upload();
    else this.capturing.upload(id, upload);
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

function tensorOf(operand: Operand): tf.TensorInfo {
  return 'tensor' in operand ? operand.tensor : operand;
}

/** Gives a variable other values. Where kernels run, it keeps its buffer: recorded kernels go on with it. */
export function setValues(variable: tf.Variable, values: Float32Array): void {
  const gpu = activeGpu();
  if (gpu === undefined) tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  else gpu.write(variable, values);
}

const GPUS = new WeakMap<object, Gpu>();

export function attachGpu(gpu: Gpu): void {
  GPUS.set(gpu.backend, gpu);
}

/** The kernels' recorder if tfjs's current backend is WebGPU, else undefined: then the composites run. */
export function activeGpu(): Gpu | undefined {
  return GPUS.get(tf.backend());
}

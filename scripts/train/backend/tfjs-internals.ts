/** The members of tfjs's WebGPUBackend that its type hides and that recording beside it needs. */
export interface TensorData {
  readonly resource: GPUBuffer | null | undefined;
  /** Values on the host: not yet uploaded, or read back. */
  values: unknown;
}

export type FreeBuffers = Map<string, GPUBuffer[]>;

export interface BufferManager {
  /** By size and usage. An empty map is taken for a sign that the backend is gone. */
  freeBuffers: FreeBuffers;
  numFreeBuffers: number;
  numBytesAllocated: number;
  acquireBuffer(size: number, usage: GPUBufferUsageFlags): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer): void;
}

export interface WebGPUInternals {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly tensorMap: { get(id: object): TensorData; has(id: object): boolean };
  readonly bufferManager: BufferManager;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  uploadToGPU(id: object): void;
  /** Records one of tfjs's own kernels. */
  recordAndSubmit?: (program: object) => void;
}

/** Gives the buffers back to the device, and tells the manager. */
export function destroyBuffers(manager: BufferManager, buffers: FreeBuffers): void {
  // The map keeps its keys: see `freeBuffers`.
  for (const buffer of [...buffers.values()].flatMap((list) => list.splice(0))) {
    manager.numBytesAllocated -= buffer.size;
    manager.numFreeBuffers--;
    buffer.destroy();
  }
}

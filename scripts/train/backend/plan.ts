/**
 * Records what the kernels of a function are bound to and issues the same commands again, as a CUDA graph does: a
 * training step is then a few calls per kernel, without tfjs's tape and without new bind groups.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Capture, Command, Gpu } from './gpu';
import { hoist, type Access } from './hoist';
import { destroyBuffers, type FreeBuffers } from './tfjs-internals';

interface Recorded extends Access {
  readonly command: Command;
}

/**
 * Is told, by its number, of an output that no command issued from now on writes to. An output that it is not told of
 * is final when the run's last command is issued.
 */
export type OnFinal = (output: number, tensor: tf.Tensor) => void;

/**
 * The kernels of one run of a function, bound to the buffers they were run with. It is assumed that
 * - another run would record the same kernels: they depend on the inputs' shapes, not on their values;
 * - all of them go through `Gpu.record` (one of tfjs's own is an error) and nothing is read back on the way;
 * - what differs between runs is in the inputs, or in tensors that live on and are written in place (`Gpu.write`).
 *
 * Buffers that the function acquires come from a pool of the plan's own, so that nobody else gets one between runs.
 * Data that outlive a run (weights, inputs, outputs) are bound by where they are: once one of these is disposed of or
 * has other data, the plan is not `valid` any more.
 */
export class Plan implements Capture {
  readonly #commands: Recorded[] = [];
  /** The outputs that are final after a command, by the command's number. */
  readonly #final = new Map<number, number[]>();
  readonly #pool: FreeBuffers;
  /** Buffers of all bound data, until `#end` leaves those that outlive the run. */
  readonly #bound = new Map<object, GPUBuffer>();
  readonly #written = new Set<object>();
  /** Data from the host that nobody else holds, such as the gradient 1 of a loss. */
  #constants: object[] = [];
  #outputs: readonly tf.Tensor[] = [];

  private constructor(
    readonly gpu: Gpu,
    readonly inputs: readonly tf.Tensor[],
  ) {
    // tfjs looks for the list of every buffer that it ever made.
    this.#pool = new Map([...gpu.internals.bufferManager.freeBuffers.keys()].map((key) => [key, []]));
  }

  /** Runs `work` and keeps its kernels, the inputs and what it returns. */
  static capture(gpu: Gpu, inputs: readonly tf.Tensor[], work: () => tf.Tensor[]): Plan {
    gpu.submit();
    const plan = new Plan(
      gpu,
      inputs.map((tensor) => tf.keep(tensor)),
    );
    const { internals } = gpu;
    const manager = internals.bufferManager;
    const shared = manager.freeBuffers;
    manager.freeBuffers = plan.#pool;
    internals.recordAndSubmit = (program) => {
      throw new Error(
        `${program.constructor.name} is a kernel of tfjs's own; where steps are replayed, all must be recorded by Gpu.record`,
      );
    };
    gpu.capturing = plan;
    try {
      plan.#outputs = tf.tidy(work).map((tensor) => tf.keep(tensor));
      gpu.submit();
      plan.#end();
      return plan;
    } catch (error) {
      plan.dispose();
      throw error;
    } finally {
      gpu.capturing = undefined;
      delete internals.recordAndSubmit;
      for (const key of plan.#pool.keys()) if (!shared.has(key)) shared.set(key, []);
      manager.freeBuffers = shared;
    }
  }

  get outputs(): readonly tf.Tensor[] {
    return this.#outputs;
  }

  /** How many kernels a run has. */
  get kernels(): number {
    return this.#commands.length;
  }

  /** Tells if all that outlives a run is still where the kernels are bound to. */
  get valid(): boolean {
    const { tensorMap } = this.gpu.internals;
    for (const [id, buffer] of this.#bound)
      if (!tensorMap.has(id) || tensorMap.get(id).resource !== buffer) return false;
    return true;
  }

  /**
   * The same run for other inputs, whose values are still on the host. What is in `outputs` is overwritten: read it
   * before (a copy that is queued is enough).
   */
  replay(inputs: readonly tf.Tensor[], onFinal?: OnFinal): void {
    const { gpu } = this;
    inputs.forEach((input, i) => gpu.write(this.inputs[i]!, input.dataSync<'float32' | 'int32'>()));
    for (const id of this.#written) gpu.internals.tensorMap.get(id).values = null;
    this.#commands.forEach(({ command }, i) => {
      gpu.issue(command);
      if (onFinal) for (const output of this.#final.get(i) ?? []) onFinal(output, this.#outputs[output]!);
    });
    gpu.submit();
  }

  dispose(): void {
    this.gpu.submit();
    tf.dispose([...this.inputs, ...this.#outputs]);
    for (const id of this.#constants) this.gpu.backend.disposeData(id);
    this.#constants = [];
    destroyBuffers(this.gpu.internals.bufferManager, this.#pool);
  }

  /** For Gpu.record: a command that was issued. */
  add(command: Command, bound: readonly object[], written: readonly object[]): void {
    const bufferOf = (id: object): GPUBuffer => this.gpu.internals.tensorMap.get(id).resource!;
    const buffers = (ids: readonly object[]): Set<object> => new Set(ids.map(bufferOf));
    this.#commands.push({ command, bound: buffers(bound), written: buffers(written) });
    for (const id of bound) this.#bound.set(id, bufferOf(id));
    for (const id of written) this.#written.add(id);
  }

  /**
   * For Gpu.record: data that is about to be uploaded. It must be there in every run, so its buffer is never one that
   * the run's own tensors use, too, and is held until it is known whether somebody else holds it.
   */
  upload(id: object, upload: () => void): void {
    const manager = this.gpu.internals.bufferManager;
    const shared = manager.freeBuffers;
    manager.freeBuffers = new Map();
    upload();
    for (const key of manager.freeBuffers.keys()) if (!shared.has(key)) shared.set(key, []);
    manager.freeBuffers = shared;
    this.gpu.backend.incRef(id);
    this.#constants.push(id);
  }

  #end(): void {
    const { backend, internals } = this.gpu;
    const uploaded = this.#constants;
    this.#constants = uploaded.filter((id) => backend.refCount(id) === 1);
    for (const id of uploaded) if (!this.#constants.includes(id)) backend.disposeData(id);
    for (const id of [...this.#bound.keys()]) {
      if (internals.tensorMap.has(id)) continue;
      this.#bound.delete(id);
      this.#written.delete(id);
    }
    const places = this.#outputs.map(({ dataId }) => internals.tensorMap.get(dataId).resource!);
    hoist(this.#commands, places).forEach((command, output) => {
      const outputs = this.#final.get(command);
      if (outputs === undefined) this.#final.set(command, [output]);
      else outputs.push(output);
    });
  }
}

function shapesOf(gpu: Gpu, inputs: readonly tf.Tensor[]): string {
  return [gpu.matrixUnit, ...inputs.map(({ shape }) => shape.join('×'))].join();
}

/** Runs a function over and over: by its plan, made anew when the inputs' shapes have changed or the plan is invalid. */
export class Replayer {
  #last: { readonly shapes: string; readonly plan: Plan } | undefined;

  constructor(readonly gpu: Gpu) {}

  /** Inputs must be on the host and are owned by this; the tensors returned are overwritten by the next run. */
  run(inputs: readonly tf.Tensor[], work: () => tf.Tensor[], onFinal?: OnFinal): readonly tf.Tensor[] {
    const shapes = shapesOf(this.gpu, inputs);
    if (this.#last?.shapes === shapes && this.#last.plan.valid) {
      this.#last.plan.replay(inputs, onFinal);
      tf.dispose([...inputs]);
    } else {
      this.dispose();
      this.#last = { shapes, plan: Plan.capture(this.gpu, inputs, work) };
    }
    return this.#last.plan.outputs;
  }

  /** How many kernels the last run had. */
  get kernels(): number {
    return this.#last?.plan.kernels ?? 0;
  }

  dispose(): void {
    this.#last?.plan.dispose();
    this.#last = undefined;
  }
}

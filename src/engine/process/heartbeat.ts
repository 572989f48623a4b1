/**
 * Signs of life. A forward blocks the engine process's main thread for as long as it takes, which may be minutes, so
 * silence alone tells a slow engine not from a hung one. A thread beside it looks whether the process spends processor
 * time, and tells the parent so by a byte on a pipe of its own. It sleeps while the engine has nothing to do.
 */
import { writeSync } from 'node:fs';
import { parentPort, Worker } from 'node:worker_threads';

/** Where the pipe lies among the child's file descriptors, after standard streams and the channel for messages. */
export const HEARTBEAT_FD = 4;
export const BEAT_MS = 1000;
/** Processor time in a beat that counts as work; the thread's own share is a tenth of it. */
const WORK_US = 2000;
const MEMORY_MB = 8;

/** Tells the beating thread when there is work, and when not. */
export class Heartbeat {
  /** Resolves after the first beat, or when there will be none. */
  readonly begun: Promise<void>;
  readonly #busy = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

  /** @param script what the thread runs: it must call `beat` with its workerData */
  constructor(script: string) {
    const worker = new Worker(script, {
      workerData: this.#busy,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB, maxYoungGenerationSizeMb: 1 },
    });
    this.begun = new Promise((resolve) => {
      worker.once('message', () => resolve()).once('exit', () => resolve());
    });
    // Without a first beat the parent does not listen for more.
    worker.on('error', () => undefined).unref();
  }

  set busy(busy: boolean) {
    Atomics.store(this.#busy, 0, busy ? 1 : 0);
    Atomics.notify(this.#busy, 0);
  }
}

/** The thread itself. Never returns; ends the process when nobody listens any more. */
export function beat(busy: Int32Array): void {
  tell();
  parentPort?.postMessage('begun');
  for (;;) {
    Atomics.wait(busy, 0, 0);
    let before = process.cpuUsage();
    tell();
    while (Atomics.wait(busy, 0, 1, BEAT_MS) === 'timed-out') {
      const now = process.cpuUsage();
      if (now.user + now.system - before.user - before.system >= WORK_US) tell();
      before = now;
    }
  }
}

function tell(): void {
  try {
    writeSync(HEARTBEAT_FD, '.');
  } catch {
    // The parent is gone. The main thread may be in the midst of a long forward and cannot hear of it.
    process.kill(process.pid, 'SIGKILL');
  }
}

/** Several processes that train as one: the leader starts the others; all run the same program. */
import { fork, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FileExchange, type Barrier } from './exchange';
import { launchOnGpu } from './gpus';

/** A process's place among those that train together; rank 0 leads. */
export interface Member {
  readonly rank: number;
  readonly size: number;
  readonly exchange: FileExchange;
}

const VARIABLE = 'LLADA_TRAIN_MEMBER';
const MEMORY = '/dev/shm';

interface Seat {
  readonly rank: number;
  readonly size: number;
  readonly folder: string;
}

/** This process's place if a leader started it, else undefined. It ends with its leader. */
export function joinTeam(): Member | undefined {
  const text = process.env[VARIABLE];
  if (text === undefined) return undefined;
  const { rank, size, folder } = JSON.parse(text) as Seat;
  process.on('disconnect', () => process.exit(0));
  // The terminal sends Ctrl-C to every process; the leader saves, and ends the others then.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  const barrier: Barrier = {
    wait: () =>
      new Promise((resolve) => {
        process.once('message', () => resolve());
        process.send!('ready');
      }),
  };
  return { rank, size, exchange: new FileExchange(folder, rank, size, barrier) };
}

export interface TeamOptions {
  readonly size: number;
  /** Program and arguments of the other processes. */
  readonly program: string;
  readonly args: readonly string[];
  readonly execArgv?: readonly string[];
}

/** The leader's side. */
export class Team implements Member, Barrier {
  readonly rank = 0;
  readonly size: number;
  readonly exchange: FileExchange;
  readonly #folder: string;
  readonly #children: ChildProcess[];
  #ready = 0;
  #waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;
  #failure: Error | undefined;
  #stopped = false;

  constructor({ size, program, args, execArgv = process.execArgv }: TeamOptions) {
    this.size = size;
    this.#folder = fs.mkdtempSync(path.join(fs.existsSync(MEMORY) ? MEMORY : os.tmpdir(), 'llada-train-'));
    this.exchange = new FileExchange(this.#folder, 0, size, this);
    this.#children = Array.from({ length: size - 1 }, (_, i) => {
      const seat: Seat = { rank: i + 1, size, folder: this.#folder };
      const launch = launchOnGpu(seat.rank);
      const child = fork(program, args, {
        execPath: launch.command,
        execArgv: [...launch.args, ...execArgv],
        env: { ...process.env, ...launch.env, [VARIABLE]: JSON.stringify(seat) },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      child.on('message', () => {
        this.#ready++;
        this.#release();
      });
      child.on('error', (error) => this.#fail(error));
      child.on('exit', (code, signal) => {
        if (code !== 0)
          this.#fail(
            new Error(
              `Training process ${seat.rank} of ${size} ended (${signal ?? `exit code ${code}`}); see its message above. Go on with --resume.`,
            ),
          );
      });
      return child;
    });
  }

  wait(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#release();
    });
  }

  /** Ends the other processes and gives the shared memory back; once. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const child of this.#children) {
      child.removeAllListeners('exit');
      if (child.connected) child.disconnect();
    }
    this.exchange.close();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }

  #release(): void {
    if (this.#waiting === undefined || this.#ready < this.size - 1) return;
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    this.#ready = 0;
    for (const child of this.#children) child.send('go');
    resolve();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
    this.#waiting = undefined;
  }
}

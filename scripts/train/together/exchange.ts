import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** Where processes wait for each other. */
export interface Barrier {
  /** Resolves when every process has called it as often as this one. */
  wait(): Promise<void>;
}

/**
 * How processes that train together see each other's numbers: round by round, all write, all meet, all read. A round may
 * have several meetings, as often in all processes: after each one reads what was written before.
 */
export interface Exchange {
  readonly rank: number;
  readonly size: number;
  /** Begins a round. This process must have read all that it wants of the one before. */
  begin(): void;
  /**
   * Shows the others bytes of this process's.
   * @param lane where; what is written in different lanes moves side by side
   * @param position byte of the lane that the first one becomes
   */
  write(lane: number, position: number, bytes: Uint8Array): Promise<void>;
  /** Resolves when every process has called it as often as this one. */
  meet(): Promise<void>;
  /** Fills `into` with what a process wrote in this round before it came to a meeting that this one came to as well. */
  read(rank: number, lane: number, position: number, into: Uint8Array): Promise<void>;
}

/**
 * Exchanges through files in memory (a tmpfs where there is one), of which each lane has its own: the system lets one
 * write to a file at a time. Rounds take turns between two sets of files, so one meeting a round is enough: a process
 * writes to a set again only after the meetings of the round between, and whoever came to these has read the set. The
 * files are never cut, so after two rounds no memory is asked for any more.
 */
export class FileExchange implements Exchange {
  readonly #files = new Map<string, number>();
  #round = 0;

  /** @param folder one that all processes share, and no other run does */
  constructor(
    readonly folder: string,
    readonly rank: number,
    readonly size: number,
    readonly barrier: Barrier,
  ) {}

  begin(): void {
    this.#round++;
  }

  /** @throws Error that says what to do if the folder is full */
  async write(lane: number, position: number, bytes: Uint8Array): Promise<void> {
    try {
      await transfer('write', this.#open(this.rank, lane), bytes, position);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw new Error(
        `${path.dirname(this.folder)} is full. ${this.size} processes keep ${2 * this.size} times their gradients there. Give it more room (in a container: --shm-size), or train with --gpus 1.`,
        { cause: error },
      );
    }
  }

  meet(): Promise<void> {
    return this.barrier.wait();
  }

  read(rank: number, lane: number, position: number, into: Uint8Array): Promise<void> {
    return transfer('read', this.#open(rank, lane), into, position);
  }

  close(): void {
    for (const file of this.#files.values()) fs.closeSync(file);
    this.#files.clear();
  }

  #open(rank: number, lane: number): number {
    const name = `round-${this.#round % 2}-rank-${rank}-lane-${lane}`;
    let file = this.#files.get(name);
    if (file === undefined) {
      const { O_RDONLY, O_RDWR, O_CREAT } = fs.constants;
      file = fs.openSync(path.join(this.folder, name), rank === this.rank ? O_RDWR | O_CREAT : O_RDONLY);
      this.#files.set(name, file);
    }
    return file;
  }
}

const read = promisify(fs.read);
const write = promisify(fs.write);

/** The whole of `bytes`, however much the system moves at once; by a thread of Node's pool. */
async function transfer(how: 'read' | 'write', file: number, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(1 << 28, bytes.length - done);
    const moved =
      how === 'read'
        ? (await read(file, bytes, done, length, at + done)).bytesRead
        : (await write(file, bytes, done, length, at + done)).bytesWritten;
    if (moved === 0) throw new Error('The memory shared by the training processes ended early.');
    done += moved;
  }
}

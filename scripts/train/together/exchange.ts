import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** Where processes wait for each other. */
export interface Barrier {
  /** Resolves when every process has called it as often as this one. */
  wait(): Promise<void>;
}

/** How processes that train together see each other's numbers: round by round, all write, all meet, all read. */
export interface Exchange {
  readonly rank: number;
  readonly size: number;
  /**
   * Shows the others bytes of this process's.
   * @param lane where; what is written in different lanes moves side by side
   * @param position byte of the lane that the first one becomes
   */
  write(lane: number, position: number, bytes: Uint8Array): Promise<void>;
  /** Resolves when every process has written all of its round. */
  meet(): Promise<void>;
  /** Fills `into` with what a process wrote before the last `meet`; must have resolved before the next one. */
  read(rank: number, lane: number, position: number, into: Uint8Array): Promise<void>;
}

/**
 * Exchanges through files in memory (a tmpfs where there is one), of which each lane has its own: the system lets one
 * write to a file at a time. Rounds take turns between two sets of files, so one meeting a round is enough: a process
 * writes to a set again only after the meeting of the round between, and whoever came to that one has read the set. The
 * files are never cut, so after two rounds no memory is asked for any more.
 */
export class FileExchange implements Exchange {
  readonly #files = new Map<string, number>();
  #met = 0;

  /** @param folder one that all processes share, and no other run does */
  constructor(
    readonly folder: string,
    readonly rank: number,
    readonly size: number,
    readonly barrier: Barrier,
  ) {}

  /** @throws Error that says what to do if the folder is full */
  async write(lane: number, position: number, bytes: Uint8Array): Promise<void> {
    try {
      await transfer('write', this.#open(this.#met, this.rank, lane), bytes, position);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw new Error(
        `${path.dirname(this.folder)} is full. ${this.size} processes keep ${2 * this.size} times their gradients there. Give it more room (in a container: --shm-size), or train with --gpus 1.`,
        { cause: error },
      );
    }
  }

  async meet(): Promise<void> {
    await this.barrier.wait();
    this.#met++;
  }

  read(rank: number, lane: number, position: number, into: Uint8Array): Promise<void> {
    return transfer('read', this.#open(this.#met - 1, rank, lane), into, position);
  }

  close(): void {
    for (const file of this.#files.values()) fs.closeSync(file);
    this.#files.clear();
  }

  #open(round: number, rank: number, lane: number): number {
    const name = `round-${round % 2}-rank-${rank}-lane-${lane}`;
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

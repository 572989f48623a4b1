/** Exchanges whose processes are one. */
import { FileExchange, type Exchange } from '../../scripts/train/together/exchange';

/** One for each of `size` would-be processes, through files in the folder. */
export function exchangesOf(folder: string, size: number): FileExchange[] {
  const waiting: (() => void)[] = [];
  const barrier = {
    wait: () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === size) for (const go of waiting.splice(0)) go();
      }),
  };
  return Array.from({ length: size }, (_, rank) => new FileExchange(folder, rank, size, barrier));
}

/** With a process that has the same numbers, but three times as large. */
export function exchangeWithTriple(): Exchange {
  const written = new Map<string, Float32Array>();
  return {
    rank: 0,
    size: 2,
    begin: () => undefined,
    write: (lane, position, bytes) => {
      written.set(`${lane} ${position}`, new Float32Array(bytes.slice().buffer));
      return Promise.resolve();
    },
    meet: () => Promise.resolve(),
    read: (rank, lane, position, into) => {
      const values = written.get(`${lane} ${position}`)!.map((value) => (rank === 0 ? 1 : 3) * value);
      into.set(new Uint8Array(values.buffer));
      return Promise.resolve();
    },
  };
}

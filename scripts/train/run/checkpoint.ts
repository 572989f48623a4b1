import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** A training run at rest: everything the next step depends on. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** The description that the run must agree with to go on from here, and its decisions so far; see resume.ts. */
  readonly run: Readonly<Record<string, unknown>>;
  /** Parameters and optimiser moments by name. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

interface Header {
  readonly step: number;
  readonly run: Record<string, unknown>;
  readonly tensors: readonly (readonly [name: string, length: number])[];
  readonly sha256: string;
}

const MAGIC = 'LLADA-CHECKPOINT-1\n';
const KEPT = 2;
const NAME = /^step-(\d{8})\.ckpt$/;

/** Checkpoints of a run in `folder`, newest first. */
export function listCheckpoints(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => NAME.test(name))
    .sort()
    .reverse()
    .map((name) => path.join(folder, name));
}

/** Writes a checkpoint (temporary name, sync, rename), then removes all but the newest few. */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint): string {
  fs.mkdirSync(folder, { recursive: true });
  const hash = createHash('sha256');
  for (const data of checkpoint.tensors.values()) hash.update(bytesOf(data));
  const header: Header = {
    step: checkpoint.step,
    run: checkpoint.run,
    tensors: [...checkpoint.tensors].map(([name, data]) => [name, data.length]),
    sha256: hash.digest('hex'),
  };
  const file = path.join(folder, `step-${String(checkpoint.step).padStart(8, '0')}.ckpt`);
  const temporary = `${file}.tmp`;
  const fd = fs.openSync(temporary, 'w');
  try {
    fs.writeSync(fd, `${MAGIC}${JSON.stringify(header)}\n`);
    for (const data of checkpoint.tensors.values()) writeAll(fd, bytesOf(data));
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
  fs.renameSync(temporary, file);
  for (const old of listCheckpoints(folder).slice(KEPT)) fs.rmSync(old);
  return file;
}

/** Reads a checkpoint's description of itself, without its tensors. @throws Error as `readCheckpoint` */
export function readCheckpointHeader(file: string): Omit<Checkpoint, 'tensors'> {
  const fd = fs.openSync(file, 'r');
  try {
    const { step, run } = readHeader(fd, file).header;
    return { step, run };
  } finally {
    fs.closeSync(fd);
  }
}

/** @throws Error saying what is wrong with the file and which checkpoint to go on from instead */
export function readCheckpoint(file: string): Checkpoint {
  const fd = fs.openSync(file, 'r');
  try {
    const { header, offset } = readHeader(fd, file);
    const tensors = new Map<string, Float32Array>();
    const hash = createHash('sha256');
    let position = offset;
    for (const [name, length] of header.tensors) {
      const data = new Float32Array(length);
      const bytes = bytesOf(data);
      for (let done = 0; done < bytes.length;) {
        const read = fs.readSync(fd, bytes, done, bytes.length - done, position);
        if (read === 0) throw damaged(file, 'it is cut short');
        done += read;
        position += read;
      }
      hash.update(bytes);
      tensors.set(name, data);
    }
    if (hash.digest('hex') !== header.sha256) throw damaged(file, 'its content does not match its checksum');
    return { step: header.step, run: header.run, tensors };
  } finally {
    fs.closeSync(fd);
  }
}

function readHeader(fd: number, file: string): { header: Header; offset: number } {
  const start = Buffer.alloc(1 << 20);
  const length = fs.readSync(fd, start, 0, start.length, 0);
  const end = start.subarray(0, length).indexOf(10, MAGIC.length);
  if (length < MAGIC.length || start.toString('latin1', 0, MAGIC.length) !== MAGIC || end < 0) {
    throw damaged(file, 'it is not a checkpoint of this trainer');
  }
  return { header: JSON.parse(start.toString('utf8', MAGIC.length, end)) as Header, offset: end + 1 };
}

function damaged(file: string, why: string): Error {
  const others = listCheckpoints(path.dirname(file)).filter((other) => other !== file);
  const advice = others[0]
    ? `Remove or rename it; --resume then goes on from ${others[0]}.`
    : 'There is no older one: start again with another --out.';
  return new Error(`The checkpoint ${file} cannot be used: ${why}. ${advice}`);
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;)
    done += fs.writeSync(fd, bytes, done, Math.min(1 << 26, bytes.length - done));
}

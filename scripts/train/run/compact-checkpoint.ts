/** A checkpoint that is small enough to be carried elsewhere: 16 bits a number, in pieces, the moments only if wanted. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fromFloat16, toFloat16 } from '../../../src/engine/training';
import type { Checkpoint } from './checkpoint';

/** Matrices are float16, as in a bundle; moments, whose squares float16 has no room for, bfloat16; what is small float32. */
type Form = 'float16' | 'bfloat16' | 'float32';

interface Header {
  readonly format: 1;
  readonly step: number;
  readonly run: Record<string, unknown>;
  readonly tensors: readonly (readonly [name: string, length: number, form: Form])[];
  readonly pieces: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

const HEADER = 'compact.json';
const PIECE_BYTES = 16 << 20;
const BYTES: Readonly<Record<Form, number>> = { float16: 2, bfloat16: 2, float32: 4 };

/** The network's parameters, by which a checkpoint's tensors are told apart. */
export type ParameterRanks = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/**
 * Writes a checkpoint in pieces of at most 16 MiB into a folder, its header last. Weights lose what float16 rounds off,
 * as they do in a bundle.
 *
 * @param moments whether the optimiser's state and averaged weights are kept; without, they start anew
 */
export function writeCompactCheckpoint(
  folder: string,
  { step, run, tensors }: Checkpoint,
  parameters: ParameterRanks,
  moments: boolean,
): void {
  fs.mkdirSync(folder, { recursive: true });
  fs.rmSync(path.join(folder, HEADER), { force: true });
  const kept = [...tensors].filter(([name]) => moments || parameters.has(name));
  const forms = kept.map(([name, data]) => formOf(name, data, parameters));
  const bytes = Buffer.concat(kept.map(([, data], i) => encode(data, forms[i]!)));
  const pieces = Array.from({ length: Math.ceil(bytes.length / PIECE_BYTES) }, (_, i) => {
    const piece = bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES);
    const name = `piece-${String(i).padStart(2, '0')}.bin`;
    fs.writeFileSync(path.join(folder, name), piece);
    return { name, bytes: piece.length, sha256: sha256(piece) };
  });
  const header: Header = {
    format: 1,
    step,
    run,
    tensors: kept.map(([name, data], i) => [name, data.length, forms[i]!]),
    pieces,
  };
  fs.writeFileSync(path.join(folder, HEADER), `${JSON.stringify(header)}\n`);
}

/** Reads a compact checkpoint's description of itself. @throws Error that says what to do if there is none */
export function readCompactHeader(
  folder: string,
): Omit<Checkpoint, 'tensors'> & { readonly moments: boolean } {
  const { step, run, tensors } = readHeader(folder);
  return { step, run, moments: tensors.some(([name]) => name.startsWith('adamw.')) };
}

/** @throws Error that says which piece is missing or damaged */
export function readCompactCheckpoint(folder: string): Checkpoint {
  const { step, run, tensors: listed, pieces } = readHeader(folder);
  const bytes = Buffer.concat(
    pieces.map(({ name, sha256: wanted }) => {
      const file = path.join(folder, name);
      const piece = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
      if (piece === undefined || sha256(piece) !== wanted)
        throw new Error(
          `The compact checkpoint cannot be used: ${file} is ${piece ? 'damaged' : 'missing'}. Put the whole folder there again.`,
        );
      return piece;
    }),
  );
  const tensors = new Map<string, Float32Array>();
  let at = 0;
  for (const [name, length, form] of listed) {
    const end = at + length * BYTES[form];
    tensors.set(name, decode(bytes.subarray(at, end), form));
    at = end;
  }
  return { step, run, tensors };
}

function readHeader(folder: string): Header {
  const file = path.join(folder, HEADER);
  if (!fs.existsSync(file))
    throw new Error(
      `${folder} holds no compact checkpoint (${HEADER}). Name a folder that --compact-checkpoint wrote.`,
    );
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Header;
}

function formOf(name: string, data: Float32Array, parameters: ParameterRanks): Form {
  const parameter = parameters.get(name.replace(/^ema\./, ''));
  if (parameter) return parameter.shape.length === 1 ? 'float32' : 'float16';
  return data.length === 1 ? 'float32' : 'bfloat16';
}

function encode(data: Float32Array, form: Form): Buffer {
  const values = form === 'float16' ? toFloat16(data) : form === 'bfloat16' ? toBfloat16(data) : data;
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}

function decode(bytes: Buffer, form: Form): Float32Array {
  const copy = Uint8Array.from(bytes).buffer;
  if (form === 'float32') return new Float32Array(copy);
  const halves = new Uint16Array(copy);
  return form === 'float16' ? fromFloat16(halves) : fromBfloat16(halves);
}

/** The upper half of float32, rounded to nearest, ties to even; of finite numbers. */
function toBfloat16(data: Float32Array): Uint16Array {
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
  return Uint16Array.from(bits, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
}

function fromBfloat16(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

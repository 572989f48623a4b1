import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Crc32c } from '@aws-crypto/crc32c';
import { parse } from 'protobufjs';

/** The parts of TensorFlow's event.proto, summary.proto and tensor.proto that are written here. */
const SCHEMA = `syntax = "proto3";
message Event {
  double wall_time = 1;
  int64 step = 2;
  oneof what { string file_version = 3; Summary summary = 5; SessionLog session_log = 7; }
}
message SessionLog { int32 status = 1; }
message Summary {
  message Value {
    string tag = 1;
    oneof value { float simple_value = 2; Tensor tensor = 8; }
    Metadata metadata = 9;
  }
  repeated Value value = 1;
}
message Metadata {
  message Plugin { string plugin_name = 1; }
  Plugin plugin_data = 1;
}
message Tensor {
  message Shape { message Dim { int64 size = 1; } repeated Dim dim = 2; }
  int32 dtype = 1;
  Shape tensor_shape = 2;
  repeated bytes string_val = 8;
}`;

const EVENT = parse(SCHEMA, { keepCase: true }).root.lookupType('Event');
/** SessionLog.START: what was logged at this step or later, by a run that was killed, is forgotten. */
const SESSION_START = 1;
const STRING = 7;

/** A TFRecord: length, its checksum, data, its checksum. All little-endian. */
export function record(data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(16 + data.length);
  bytes.writeBigUInt64LE(BigInt(data.length));
  bytes.writeUInt32LE(maskedCrc(bytes.subarray(0, 8)), 8);
  bytes.set(data, 12);
  bytes.writeUInt32LE(maskedCrc(data), 12 + data.length);
  return bytes;
}

/** CRC-32C, rotated and offset, as records that contain checksums themselves need it. */
function maskedCrc(data: Uint8Array): number {
  const crc = new Crc32c().update(data).digest();
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** An event file for TensorBoard in a folder: `tensorboard --logdir FOLDER`. */
export class TensorBoardLog {
  readonly #file: string;

  /** @param first steps already done */
  constructor(folder: string, first: number) {
    fs.mkdirSync(folder, { recursive: true });
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    this.#file = path.join(folder, `events.out.tfevents.${seconds}.${os.hostname()}.${process.pid}`);
    this.#write(0, { file_version: 'brain.Event:2' });
    if (first > 0) this.#write(first + 1, { session_log: { status: SESSION_START } });
  }

  scalars(step: number, values: Readonly<Record<string, number>>): void {
    const value = Object.entries(values).map(([tag, simple_value]) => ({ tag, simple_value }));
    this.#write(step, { summary: { value } });
  }

  /** @param text Markdown */
  text(step: number, tag: string, text: string): void {
    const tensor = {
      dtype: STRING,
      tensor_shape: { dim: [{ size: 1 }] },
      string_val: [Buffer.from(text)],
    };
    const metadata = { plugin_data: { plugin_name: 'text' } };
    this.#write(step, { summary: { value: [{ tag, tensor, metadata }] } });
  }

  #write(step: number, what: Readonly<Record<string, unknown>>): void {
    const event = EVENT.fromObject({ wall_time: Date.now() / 1000, step, ...what });
    fs.appendFileSync(this.#file, record(EVENT.encode(event).finish()));
  }
}

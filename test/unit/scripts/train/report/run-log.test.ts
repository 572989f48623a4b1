import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'protobufjs';
import { RunLog } from '../../../../../scripts/train/report/run-log';
import { record, TensorBoardLog } from '../../../../../scripts/train/report/tensorboard';
import { temporaryFolder } from '../../../../../scripts/tiny-bundle/tiny-bundle';
import { metrics } from '../../../../support/train/small-run';

/** CRC-32C bit by bit (Castagnoli, reflected), masked as TensorFlow's record format says. */
function maskedCrc(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The data of the records of a file, every checksum checked. */
function readRecords(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    assert.equal(bytes.readUInt32LE(at + 8), maskedCrc(bytes.subarray(at, at + 8)));
    const data = bytes.subarray(at + 12, at + 12 + length);
    assert.equal(bytes.readUInt32LE(at + 12 + length), maskedCrc(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

/** Field numbers as in TensorFlow's event.proto and summary.proto, under other names. */
const EVENT =
  parse(`syntax = "proto3"; message E { double a = 1; int64 b = 2; string c = 3; S e = 5; L g = 7; }
  message L { int32 a = 1; } message S { repeated V a = 1; } message V { string a = 1; float b = 2; T h = 8; M i = 9; }
  message T { int32 a = 1; repeated bytes h = 8; } message M { P a = 1; } message P { string a = 1; }`).root.lookupType(
    'E',
  );

function readEvents(folder: string): Record<string, unknown>[] {
  return fs
    .readdirSync(folder)
    .sort()
    .flatMap((name) => readRecords(fs.readFileSync(path.join(folder, name))))
    .map((data) => EVENT.toObject(EVENT.decode(data), { longs: Number }));
}

describe('what a run shows of itself', () => {
  it('is a TensorBoard file that begins as TensorFlow’s own do', () => {
    const folder = temporaryFolder();
    new TensorBoardLog(folder, 0);
    const [name] = fs.readdirSync(folder);
    assert.match(name!, /^events\.out\.tfevents\.\d{10}\./);
    const bytes = fs.readFileSync(path.join(folder, name!));
    // Length 24 and its checksum, as in every event file; wall time; then the version.
    assert.equal(bytes.subarray(0, 13).toString('hex'), '1800000000000000a37f4b2209');
    assert.equal(bytes.subarray(21, 36).toString('latin1'), '\x1a\x0dbrain.Event:2');
    assert.equal(readRecords(bytes).length, 1);
  });

  it('has checksums over data of any length', () => {
    for (const length of [0, 1, 255, 4096]) {
      const data = Uint8Array.from({ length }, (_, i) => i * 7);
      assert.deepEqual(readRecords(Buffer.from(record(data))), [Buffer.from(data)]);
    }
  });

  it('has the same numbers in metrics.jsonl and in TensorBoard, and a picture of them', () => {
    const out = temporaryFolder();
    const options = { out, maxSteps: 8, logEvery: 2, rowsPerStep: 100, bar: false };
    const log = new RunLog(options, 0);
    for (let step = 1; step <= 4; step++)
      log.step({
        step,
        rate: 0.5,
        loss: 4 - step / 2,
        gradientNorm: step === 3 ? NaN : 1,
        skipped: step === 3,
      });
    log.validation(4, {
      validationLoss: 2.5,
      bitsAt: new Map([[0.5, 1.25]]),
      bitsPerByte: 1.25,
      sample: { path: 'a.ts', wanted: 'x < 1', filled: 'x && 2' },
    });
    log.close();
    const lines = metrics(out);
    assert.deepEqual(
      lines.map(({ step, loss, tokens, skipped, validationLoss, filled }) => [
        step,
        loss,
        tokens,
        skipped !== undefined,
        validationLoss,
        filled,
      ]),
      [
        [2, 3.25, 200, false, undefined, undefined],
        [3, undefined, undefined, true, undefined, undefined],
        // The skipped step is not in the mean.
        [4, 2, 400, false, undefined, undefined],
        [4, undefined, undefined, false, 2.5, undefined],
        [4, undefined, undefined, false, undefined, 'x && 2'],
      ],
    );
    const events = readEvents(path.join(out, 'tensorboard'));
    const values = events.flatMap(({ b, e }) =>
      ((e as { a: { a: string; b?: number; h?: { h: Buffer[] }; i?: unknown }[] } | undefined)?.a ?? []).map(
        (value) => [b, value.a, value.b ?? String(value.h?.h[0])] as const,
      ),
    );
    const of = (tag: string) =>
      values.filter(([, name]) => name === tag).map(([step, , value]) => [step, value]);
    assert.deepEqual(of('loss'), [
      [2, 3.25],
      [4, 2],
    ]);
    assert.deepEqual(of('bitsPerByte'), [[4, 1.25]]);
    assert.match(String(of('sample')[0]![1]), /a\.ts, wanted:\n\n {4}x < 1\n\nfilled:\n\n {4}x && 2/);
    const svg = fs.readFileSync(path.join(out, 'loss.svg'), 'utf8');
    assert.equal([...svg.matchAll(/<polyline/g)].length, 3);
    assert.equal([...svg.matchAll(/<circle/g)].length, 2);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
  });

  it('goes on from a step: later lines are gone, and TensorBoard is told', () => {
    const out = temporaryFolder();
    const options = { out, maxSteps: 8, logEvery: 1, rowsPerStep: 100, bar: false };
    const step = (log: RunLog, number: number): void =>
      log.step({ step: number, rate: 0.5, loss: number, gradientNorm: 1, skipped: false });
    const first = new RunLog(options, 0);
    for (const number of [1, 2, 3]) step(first, number);
    const second = new RunLog(options, 2);
    step(second, 3);
    second.close();
    assert.deepEqual(
      metrics(out).map(({ loss }) => loss),
      [1, 2, 3],
    );
    const restarts = readEvents(path.join(out, 'tensorboard')).filter(({ g }) => g !== undefined);
    assert.deepEqual(
      restarts.map(({ b, g }) => [b, g]),
      [[3, { a: 1 }]],
    );
  });
});

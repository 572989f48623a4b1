import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { listCheckpoints, readCheckpoint, saveCheckpoint } from '../../../../../scripts/train/run/checkpoint';
import { MetricsLog } from '../../../../../scripts/train/report/metrics';

describe('checkpoints', () => {
  let folder: string;
  const tensors = new Map([
    ['parameter/a', Float32Array.from([1, 2, 3])],
    ['moment/a', Float32Array.from([0.5, -0.25, 1e-30])],
  ]);
  const save = (step: number): string => saveCheckpoint(folder, { step, run: { seed: 1 }, tensors });

  beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'checkpoint-'))));
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  it('come back bit for bit', () => {
    const read = readCheckpoint(save(7));
    assert.equal(read.step, 7);
    assert.deepEqual(read.run, { seed: 1 });
    assert.deepEqual(read.tensors, tensors);
  });

  it('keep the newest two', () => {
    for (const step of [10, 20, 30]) save(step);
    assert.deepEqual(
      listCheckpoints(folder).map((file) => path.basename(file)),
      ['step-00000030.ckpt', 'step-00000020.ckpt'],
    );
  });

  it('are refused when cut short, changed or foreign, and the one before is offered', () => {
    const older = save(10);
    const newer = save(20);
    const bytes = fs.readFileSync(newer);
    fs.writeFileSync(newer, bytes.subarray(0, bytes.length - 2));
    assert.throws(
      () => readCheckpoint(newer),
      (error: Error) => error.message.includes('cut short') && error.message.includes(older),
    );
    bytes[bytes.length - 1]! ^= 1;
    fs.writeFileSync(newer, bytes);
    assert.throws(() => readCheckpoint(newer), /does not match its checksum/);
    fs.writeFileSync(newer, 'PK something else');
    assert.throws(() => readCheckpoint(newer), /not a checkpoint of this trainer/);
  });

  it('do not count while they are being written', () => {
    fs.writeFileSync(path.join(folder, 'step-00000040.ckpt.tmp'), 'half');
    assert.deepEqual(listCheckpoints(folder), []);
  });

  it('take the lines of metrics.jsonl with them that came after', () => {
    const log = new MetricsLog(folder, 0);
    for (const step of [1, 2, 3]) log.write({ step, loss: 1 / step });
    fs.appendFileSync(path.join(folder, 'metrics.jsonl'), '{"step": 4, "lo');
    new MetricsLog(folder, 2).write({ step: 3, loss: 9 });
    const lines = fs.readFileSync(path.join(folder, 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [
        { step: 1, loss: 1 },
        { step: 2, loss: 0.5 },
        { step: 3, loss: 9 },
      ],
    );
  });
});

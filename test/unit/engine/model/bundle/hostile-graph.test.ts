import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { readBundle } from '../../../../../src/engine/model/bundle/read-bundle';
import { inspectGraph } from '../../../../../src/engine/model/graph/inspect-graph';
import {
  replaceGraph,
  temporaryFolder,
  writeTinyBundle,
} from '../../../../../scripts/tiny-bundle/tiny-bundle';

/** A length-delimited protobuf field, of a text or of other fields. */
function field(number: number, ...parts: readonly (string | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(body.length)]), body]);
}

function tensor(number: number, entries: Readonly<Record<string, string>>): Buffer {
  return field(
    number,
    ...Object.entries(entries).map(([key, value]) => field(13, field(1, key), field(2, value))),
  );
}
function node(...parts: Buffer[]): Buffer {
  return field(1, ...parts);
}
function attribute(...parts: Buffer[]): Buffer {
  return field(5, ...parts);
}
function model(...graph: Buffer[]): Buffer {
  return field(7, ...graph);
}

/** Where a model can hide a file: by name of the place, what the file stands in. */
const PLACES: Readonly<Record<string, (entries: Record<string, string>) => Buffer>> = {
  'an initializer': (entries) => model(tensor(5, entries)),
  'a sparse initializer': (entries) => model(field(15, tensor(1, entries))),
  'a constant’s attribute': (entries) => model(node(attribute(tensor(5, entries)))),
  'a list of tensors in an attribute': (entries) => model(node(attribute(tensor(10, entries)))),
  'a branch of an If': (entries) => model(node(attribute(field(6, tensor(5, entries))))),
  'a branch in a branch': (entries) =>
    model(node(attribute(field(6, node(attribute(field(11, tensor(5, entries)))))))),
  'a function': (entries) =>
    Buffer.concat([model(node()), field(25, field(7, attribute(tensor(5, entries))))]),
  'training information': (entries) =>
    Buffer.concat([model(node()), field(20, field(2, tensor(5, entries)))]),
};

describe('a hostile graph', function () {
  this.timeout(60_000);
  const root = temporaryFolder();
  const whole = path.join(root, 'whole');
  let copies = 0;

  before(() => writeTinyBundle(whole, 'f32'));

  /** A bundle that is right in everything but its graph. */
  function bundleWith(graph: Buffer): string {
    const folder = path.join(root, `copy-${++copies}`);
    fs.cpSync(whole, folder, { recursive: true });
    replaceGraph(folder, graph);
    return folder;
  }

  const refused = (graph: Buffer, why: RegExp): Promise<void> =>
    assert.rejects(readBundle(bundleWith(graph)), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'bundle-damaged', error.message);
      assert.match(error.message, /model\.onnx cannot be used/);
      assert.match(error.message, why);
      return true;
    });

  for (const [place, put] of Object.entries(PLACES)) {
    it(`cannot name a file of its own choice in ${place}`, async () => {
      for (const location of ['/etc/passwd', '../whole/weights.bin', './weights.bin', 'other.bin', ''])
        await refused(put({ location }), /which is no file of this bundle/);
      const { bytes } = (await readBundle(whole)).config.files.weights[0]!;
      const offset = String(bytes - 4);
      await readBundle(bundleWith(put({ location: 'weights.bin', offset, length: '4' })));
      await refused(put({ location: 'weights.bin', offset, length: '5' }), /beyond the end of weights\.bin/);
      await refused(put({ location: 'weights.bin', offset: 'much' }), /beyond the end/);
    });
  }

  it('cannot ask for operators of a library of its own', async () => {
    const foreign = node(field(7, 'evil.ops'));
    await refused(model(foreign), /operators of "evil\.ops"/);
    await refused(model(node(attribute(field(6, foreign)))), /operators of "evil\.ops"/);
    await refused(Buffer.concat([model(node()), field(8, field(1, 'evil.ops'))]), /operators of "evil\.ops"/);
  });

  it('may use functions that it defines itself', () => {
    const own = Buffer.concat([model(node(field(7, 'own'))), field(25, field(10, 'own'))]);
    assert.deepEqual(inspectGraph(own), { domains: new Set(), externalData: [] });
  });

  it('is refused when it is no ONNX model at all', async () => {
    await refused(Buffer.from('#!/bin/sh\necho hello\n'), /not an ONNX model/);
    await refused(field(8, field(1, '')), /it holds no graph/);
    let deep = node();
    for (let depth = 0; depth < 5000; depth++) deep = node(attribute(field(6, deep)));
    await refused(model(deep), /not an ONNX model/);
  });

  it('of the trainer’s own making needs only the weights beside it', async () => {
    const { config } = await readBundle(whole);
    const { domains, externalData } = inspectGraph(fs.readFileSync(path.join(whole, 'model.onnx')));
    assert.deepEqual([...domains].sort(), ['', 'com.microsoft']);
    assert.deepEqual(
      [...new Set(externalData.map(({ file }) => file))],
      config.files.weights.map(({ name }) => name),
    );
  });
});

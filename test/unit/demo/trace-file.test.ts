import assert from 'node:assert/strict';
import { readTraceFile, TraceFileError, writeTraceFile } from '../../../src/demo/trace-file';
import { runOf, traceOf } from '../../support/demo/traces';

type Json = Record<string, unknown>;

describe('trace file', () => {
  const run = {
    ...runOf([{ steps: traceOf(['<script>', '\u0000é', '\n']) }, { label: '8 tokens', problem: 'Stopped.' }]),
    model: { bundle: 'tiny', precision: 'f32', provider: 'cpu' },
  };
  const refused = (text: string, why: RegExp): void => {
    assert.throws(
      () => readTraceFile(text),
      (error: unknown) => error instanceof TraceFileError && why.test(error.message),
    );
  };
  /** The file with a change made to it as parsed JSON. */
  const changed = (
    change: (file: { version: unknown; run: Json & { lanes: { steps: Json[] }[] } }) => void,
  ): string => {
    const file = JSON.parse(writeTraceFile(run)) as Parameters<typeof change>[0];
    change(file);
    return JSON.stringify(file);
  };

  it('gives back what was written', () => assert.deepEqual(readTraceFile(writeTraceFile(run)), run));

  it('says when a file is none', () => {
    refused('', /not JSON/);
    refused('{"a": 1', /not JSON/);
    for (const other of ['null', '[]', '{}', '"llada-trace"', '{"format":"other","version":1}'])
      refused(other, /not a LLaDA trace/);
  });

  it('says when a file is of another version', () => {
    refused(
      changed((file) => (file.version = 2)),
      /version 2.*version 1/,
    );
  });

  it('says where a file is damaged', () => {
    refused(
      changed((file) => delete file.run['around']),
      /run\.around/,
    );
    refused(
      changed((file) => (file.run['html'] = '<b>')),
      /run\.html/,
    );
    refused(
      changed((file) => (file.run.lanes[0]!.steps[2]!['t'] = 1.5)),
      /run\.lanes\.0\.steps\.2\.t/,
    );
    refused(
      changed((file) => (file.run.lanes[0]!.steps[1]!['ms'] = null)),
      /run\.lanes\.0\.steps\.1\.ms/,
    );
  });

  it('refuses steps that leave a cell with nothing in it, or change one that is not there', () => {
    refused(
      changed((file) => (file.run.lanes[0]!.steps[0]!['changes'] = [])),
      /lanes\.0\.steps\.0: it says nothing of cell 0 of hole 0/,
    );
    refused(
      changed((file) => (file.run.lanes[0]!.steps[1]!['lengths'] = [0])),
      /lanes\.0\.steps\.1: it changes cell 0 of hole 0, which is not there/,
    );
    refused(
      changed((file) => (file.run.lanes[0]!.steps[1]!['lengths'] = [3, 3])),
      /it has 2 holes and the text has 1/,
    );
    refused(
      changed((file) => (file.run.lanes[0]!.steps[1]!['lengths'] = [1e9])),
      /lengths/,
    );
  });
});

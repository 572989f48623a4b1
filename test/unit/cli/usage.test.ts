import assert from 'node:assert/strict';
import { runCli } from '../../support/cli/run-cli';
import { usageOf } from '../../support/cli/usage';

const SAMPLE = 'samples/shopping-cart.ts';

describe('command line', function () {
  this.timeout(60_000);

  const wrong: [args: string, message: RegExp][] = [
    ['fill', /Name a file and a --range in it, or give --jsonl/],
    [`fill ${SAMPLE}`, /--range 12:5-14:1/],
    [`fill ${SAMPLE} --range 3`, /LINE:COLUMN-LINE:COLUMN/],
    [`fill ${SAMPLE} --range 3:2-3:1`, /ends before it starts/],
    [`fill ${SAMPLE} --jsonl`, /--jsonl takes neither a file nor --range/],
    ['fill --jsonl --range 1:1-1:2', /--jsonl takes neither a file nor --range/],
    ['fill --jsonl --max-tokens 0', /whole number of at least 1/],
    ['generate --tokens many', /whole number of at least 1/],
    ['generate --steps 1.5', /whole number of at least 1/],
    ['generate --seed -1', /whole number of at least 0/],
    ['generate --block-length x', /whole number of at least 0/],
    ['generate --temperature 0', /number above 0/],
    ['generate --threshold 2', /number from 0 \(off\) to 1/],
    ['generate --sampling best', /Allowed choices are greedy, multinomial/],
    ['generate --order down', /Allowed choices are random, confidence/],
    ['generate --schedule fast', /Allowed choices are linear, cosine/],
    ['generate --remasking all', /Allowed choices are none, remdm-cap/],
    ['generate --remasking-strength 2', /number from 0 \(off\) to 1/],
    ['generate --guidance -1', /number of at least 0/],
    ['generate --entropy-bound much', /number of at least 0/],
    ['generate --decoding mine', /Allowed choices are llada, dream, dreamon/],
    ['fill --length-search far', /Allowed choices are guess, cal/],
    ['generate --candidates 2', /unknown option '--candidates'/],
    ['fill --jsonl --candidates 0', /whole number of at least 1/],
    ['generate --provider tpu', /Allowed choices are auto, cpu, webgpu, cuda/],
    ['generate more', /too many arguments/],
    ['degenerate', /unknown command/],
  ];
  const failing: [args: string, message: RegExp][] = [
    ['fill samples --range 1:1-1:2', /samples: it is a folder/],
    [`fill ${SAMPLE} --range 999:1-999:1`, /There is no line 999: .*shopping-cart\.ts has \d+ lines/],
  ];
  for (const [args, message] of [...wrong, ...failing]) {
    it(`says what is wrong with “${args}”`, async () => {
      assert.match(await usageOf(args.split(' ')), message);
    });
  }

  const processes: [args: string, exitCode: number, message: RegExp][] = [
    ['fill', 2, /Name a file and a --range in it, or give --jsonl/],
    ['generate --temperature 0', 2, /number above 0/],
    ['degenerate', 2, /unknown command/],
    ['fill no-such-file.ts --range 1:1-1:2', 1, /no-such-file\.ts: there is no such file/],
    [`fill ${SAMPLE} --range 1:1-1:2 --model no-such-model`, 1, /no-such-model/],
  ];
  for (const [args, wanted, message] of processes) {
    it(`ends with ${wanted} after “${args}”`, async () => {
      const { exitCode, stdout, stderr } = await runCli(args.split(' '));
      assert.match(stderr, message);
      assert.equal(stdout, '');
      assert.equal(exitCode, wanted);
    });
  }
});

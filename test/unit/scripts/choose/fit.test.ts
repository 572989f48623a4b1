import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chanceOf, Random, type StartName } from '../../../../src/engine/index';
import { readBundle } from '../../../../src/engine/model/bundle/read-bundle';
import { withChances } from '../../../../scripts/choose/card-chances';
import { bestStarts, fromStarts, rightAmong } from '../../../../scripts/choose/candidate-sets';
import type { CollectedCandidate, CollectedTask } from '../../../../scripts/choose/collect';
import { fitChooser, judgeByFolds } from '../../../../scripts/choose/fit';
import { accountOfChances, chooserReport, reliabilityChart } from '../../../../scripts/choose/report';
import { writeChooser } from '../../../../scripts/choose/write-chooser';
import { temporaryFolder, writeTinyBundle } from '../../../../scripts/tiny-bundle/tiny-bundle';

const STARTS: readonly StartName[] = ['usual', 'masks-16', 'masks-4'];
const RANDOM = new Random(3);

/** The right text is the likeliest when looked at again; what it was drawn with says nothing. */
function task(i: number): CollectedTask {
  const right = RANDOM.integer(4);
  const candidate = (start: StartName, number: number): CollectedCandidate => {
    const exact = number === right;
    const again = -2 + (exact ? 1.5 : 0) + RANDOM.uniform();
    const drawn = -RANDOM.uniform();
    return {
      texts: [`text ${number}`],
      starts: [start],
      score: drawn,
      exact,
      evidence: {
        drawnMean: drawn,
        drawnLeast: drawn,
        tokens: 2,
        draft: 0,
        aloneMean: again,
        aloneLeast: again,
        expand: 0,
        delete: 0,
        growth: 0,
        known: 0,
      },
    };
  };
  const name = `p${i % 5}`;
  return {
    id: `t${i}`,
    kind: 'line',
    lang: 'typescript',
    package: name,
    all: true,
    candidates: STARTS.map(candidate),
  };
}

describe('fitting the chooser', () => {
  const tasks = Array.from({ length: 150 }, (_, i) => task(i));
  const judged = judgeByFolds(tasks, STARTS);

  it('chooses by what tells right from wrong, in packages that it was not fitted on', () => {
    assert.equal(judged.length, tasks.length);
    const count = (of: (one: (typeof judged)[number]) => boolean | undefined): number =>
      judged.filter((one) => of(one)).length;
    const among = count(({ amongRight }) => amongRight);
    assert.ok(count(({ chosen }) => chosen?.exact) > 0.95 * among);
    assert.ok(count(({ likeliest }) => likeliest?.exact) < 0.6 * among);
  });

  it('gives chances that come true as often as they say', () => {
    const { series } = reliabilityChart(judged);
    for (const { x, low, high } of series[0]!.points) {
      assert.ok(x! > low! - 0.1 && x! < high! + 0.1, `${x} is not near ${low} – ${high}`);
    }
  });

  it('says for each start what it finds, and what the others add', () => {
    assert.equal(
      rightAmong(tasks, STARTS),
      tasks.filter(({ candidates }) => candidates.some(({ exact }) => exact)).length / 150,
    );
    const order = bestStarts(tasks, STARTS, 3);
    assert.equal(order[0]!.start, 'usual');
    assert.ok(order[2]!.right > order[1]!.right && order[1]!.right > order[0]!.right);
    assert.match(chooserReport(judged, tasks, tasks, STARTS), /\| 3 \| masks-/);
  });

  it('puts its account into a card, once', () => {
    const account = accountOfChances(judged, '../chances.svg');
    assert.match(account, /!\[.*\]\(\.\.\/chances\.svg\)/);
    const once = withChances('# Card\n', account);
    assert.ok(once.startsWith('# Card\n\n'));
    assert.equal(withChances(withChances('# Card\n', 'before'), account), once);
  });

  it('counts how many of the others begin alike', () => {
    const [first, second, third] = task(0).candidates as [
      CollectedCandidate,
      CollectedCandidate,
      CollectedCandidate,
    ];
    const same = { ...task(0), candidates: [{ ...first, starts: STARTS.slice(0, 2) }, third, second] };
    assert.deepEqual(
      fromStarts(same, STARTS).map(({ evidence }) => evidence.sameLine),
      [1 / 3, 0, 0],
    );
    assert.equal(fromStarts(same, ['masks-4'])[0]!.evidence.sameLine, undefined);
  });

  it('writes coefficients into a bundle that reads them back', async () => {
    const folder = temporaryFolder();
    await writeTinyBundle(folder, 'f16');
    const chooser = { ...fitChooser(tasks, STARTS), shown: { intercept: 1, weights: { drawnLeast: 2 } } };
    const before = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
    writeChooser(folder, chooser);
    writeChooser(folder, chooser);
    const { config } = await readBundle(folder);
    const { evidence } = tasks[0]!.candidates[0]!;
    assert.equal(chanceOf(evidence, config.chooser!), chanceOf(evidence, chooser));
    assert.deepEqual(config.chooser!.shown, chooser.shown);
    const after = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
    assert.deepEqual(after, { ...before, chooser });
  });
});

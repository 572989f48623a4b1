import assert from 'node:assert/strict';
import { Random } from '../../../../../src/engine/diffusion/random';
import type {
  ContextCache,
  KeptContext,
  MaskPredictor,
  PredictorContext,
  Rereading,
} from '../../../../../src/engine/model/predictor/mask-predictor';
import { KeptContexts } from '../../../../../src/engine/model/predictor/kept-contexts';

/** One token per UTF-16 unit. */
function encode(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0) + 100);
}

interface ReadRow {
  readonly id: number;
  readonly position: number;
  /** Number of the reading that made it. */
  readonly reading: number;
}

/** Does what a predictor is told, on rows that say what they are. */
class RowsPredictor implements MaskPredictor {
  readonly vocabulary = 1;
  forwards = 0;
  readings = 0;
  /** Rows that each reading read. */
  readonly read: number[] = [];
  readonly alive = new Set<RowsContext>();

  readContext(): Promise<ContextCache> {
    return Promise.reject(new Error('nothing is to be read for good'));
  }

  keepContext(context: PredictorContext): Promise<KeptContext> {
    this.note(context);
    const made = new RowsContext(this, context);
    this.alive.add(made);
    return Promise.resolve(made);
  }

  note(context: PredictorContext): void {
    this.forwards++;
    this.readings++;
    this.read.push(context.ids.length);
  }

  predict(): Promise<Float32Array> {
    return Promise.reject(new Error('nothing is to be predicted'));
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

class RowsContext implements KeptContext {
  readonly #whole: readonly ReadRow[];
  /** In the order of their positions: what somebody who looks at the context sees. */
  seen: readonly ReadRow[];

  constructor(
    private readonly predictor: RowsPredictor,
    context: PredictorContext,
  ) {
    this.#whole = rowsOf(context, predictor.readings);
    this.seen = this.#whole;
  }

  get length(): number {
    return this.seen.length;
  }

  reread({ kept, fresh }: Rereading): Promise<void> {
    this.predictor.note(fresh);
    const stayed = this.#whole.flatMap((row, i) => (kept[i]! < 0 ? [] : [{ ...row, position: kept[i]! }]));
    this.seen = [...stayed, ...rowsOf(fresh, this.predictor.readings)].sort(
      (a, b) => a.position - b.position,
    );
    return Promise.resolve();
  }

  release(): void {
    assert.ok(this.predictor.alive.delete(this), 'released twice');
  }
}

function rowsOf({ ids, positions }: PredictorContext, reading: number): ReadRow[] {
  return Array.from(ids, (id, i) => ({ id, position: positions[i]!, reading }));
}

/** The rule, said on its own: which text a whole reading had, and what of it is still good for another text. */
class PlainModel {
  #whole: { before: string; after: string; reading: number } | undefined;
  #reading = 0;

  /** @returns id, position and reading of each row */
  key(before: string, after: string, reserved: number): ReadRow[] {
    const whole = this.#whole;
    if (whole && whole.after === after) {
      let same = 0;
      while (same < Math.min(before.length, whole.before.length) && before[same] === whole.before[same])
        same++;
      const changed = before.length - same + whole.before.length - same;
      if (changed <= 32) return this.#rows(before, after, reserved, whole.reading, changed > 0);
    }
    this.#whole = { before, after, reading: ++this.#reading };
    return this.#rows(before, after, reserved, this.#reading, false);
  }

  #rows(before: string, after: string, reserved: number, far: number, anew: boolean): ReadRow[] {
    const near = anew ? ++this.#reading : far;
    const behind = before.length + reserved;
    return [
      ...encode(before).map((id, i) => ({
        id,
        position: i,
        reading: i >= before.length - 48 ? near : far,
      })),
      ...[...encode(after), 2].map((id, i) => ({ id, position: behind + i, reading: i < 16 ? near : far })),
    ];
  }
}

describe('contexts that are kept while somebody types', () => {
  const room = { budget: 2000, reserved: [32] };
  const text = (prefix: string, suffix: string, between: string[] = []) => ({ prefix, suffix, between });

  it('have at every key the ids, positions and ages that the rule says, through random edits', async () => {
    const random = new Random(5);
    const letter = (): string => String.fromCharCode(97 + Math.floor(random.uniform() * 26));
    const letters = (most: number): string =>
      Array.from({ length: Math.floor(random.uniform() * most) }, letter).join('');
    let rereadings = 0;
    for (let document = 0; document < 40; document++) {
      const predictor = new RowsPredictor();
      const contexts = new KeptContexts(predictor, encode);
      const plain = new PlainModel();
      let before = letters(300);
      let after = letters(200);
      for (let key = 0; key < 60; key++) {
        const what = random.uniform();
        if (what < 0.75) before += letters(4);
        else if (what < 0.9) before = before.slice(0, -Math.ceil(random.uniform() * 5)) || letters(9);
        else if (what < 0.93) before = letters(3) + before;
        else if (what < 0.96) after = letters(2) + after;
        else if (what < 0.98)
          before = before.slice(0, before.length / 2) + letters(2) + before.slice(before.length / 2);
        const reserved = random.uniform() < 0.9 ? 32 : 128;
        const wanted = plain.key(before, after, reserved);
        const lent = (await contexts.read('file', text(before, after), { ...room, reserved: [reserved] }))!;
        assert.ok(lent.cache instanceof RowsContext);
        const { seen } = lent.cache;
        // Where only the reserved positions differ, everything is read as it was or the near rows anew; ids and positions hold.
        assert.deepEqual(
          seen.map(({ id, position }) => [id, position]),
          wanted.map(({ id, position }) => [id, position]),
        );
        const oldest = Math.min(...seen.map(({ reading }) => reading));
        const oldestWanted = Math.min(...wanted.map(({ reading }) => reading));
        const isFar = (row: ReadRow, least: number): boolean => row.reading === least;
        if (predictor.read.length > 1 && wanted.some((row) => !isFar(row, oldestWanted))) {
          assert.deepEqual(
            seen.map((row) => isFar(row, oldest)),
            wanted.map((row) => isFar(row, oldestWanted)),
          );
          rereadings++;
        }
        lent.release();
      }
      const whole = predictor.read.filter((rows) => rows > 64).length;
      assert.ok(whole < predictor.read.length, 'something was read in part');
      assert.equal(predictor.alive.size, 1);
      contexts.forget('file');
      assert.equal(predictor.alive.size, 0);
    }
    assert.ok(rereadings > 500, `${rereadings} readings in part`);
  });
});

import { mean } from '../train/report/mean';
import { bootstrap, type Estimate } from './intervals';
import { bitsPerByte, rowOf, type Answered, type Measured } from './rows';

/** A model's answers to the tasks. */
export interface ModelResults {
  /** Bundle, precision and provider. */
  readonly name: string;
  /** The ways in which the model filled, each over the same tasks in the same order. */
  readonly ways: readonly Answered[];
  readonly measured: readonly Measured[];
}

/** One model against the one that the evaluation is of, on the same tasks. */
export interface Comparison {
  readonly name: string;
  readonly bitsPerByte: Estimate;
  /** The first model's bits over this one's, less 1, with the paired interval. */
  readonly moreBits: Estimate;
  readonly ways: readonly {
    readonly label: string;
    readonly exact: Estimate;
    /** The first model's exact match less this one's, with the paired interval. */
    readonly exactDifference: Estimate;
    /** Median, this model's. */
    readonly ms: number;
  }[];
}

/** `model` − `reference`, both intervals from resampling tasks, so that what a task adds to both falls out. */
export function compare(model: ModelResults, reference: ModelResults): Comparison {
  const bits = model.measured.flatMap(({ task, likelihood }) => {
    const other = reference.measured.find((measured) => measured.task === task);
    return other ? [{ ours: likelihood.bits, theirs: other.likelihood.bits }] : [];
  });
  return {
    name: reference.name,
    bitsPerByte: bitsPerByte(reference.measured),
    moreBits: bootstrap(bits, (sample) => {
      const sum = (of: (pair: { ours: number; theirs: number }) => number): number =>
        sample.reduce((total, pair) => total + of(pair), 0);
      return sum(({ ours }) => ours) / sum(({ theirs }) => theirs) - 1;
    }),
    ways: reference.ways.map((way, i) => {
      const { exact, ms } = rowOf(way);
      return { label: way.label, exact, exactDifference: exactDifference(model.ways[i]!, way), ms };
    }),
  };
}

/** One way's exact match less another's on the same tasks in the same order, with the paired interval. */
export function exactDifference(way: Answered, reference: Answered): Estimate {
  const differences = way.cases.map(
    ({ figures }, i) => Number(figures.exact) - Number(reference.cases[i]!.figures.exact),
  );
  return bootstrap(differences, mean);
}

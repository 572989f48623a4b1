import type { BundleFile } from '../bundle/bundle-config';
import { Fields, parseFile } from '../bundle/config-fields';
import { FOREIGN_ARCHITECTURES, type ForeignModel } from '../import/foreign-model';

/**
 * Inputs that share a scale. With 8 bits the larger blocks lose next to nothing and are multiplied in up to a third less
 * time (docs/notebook/importing.md); with 4 bits they lose more than they gain.
 */
export const BLOCK_SIZES = [32, 64, 128] as const;

/** Forms of an imported network's matrices: see `WEIGHT_PRECISIONS`. */
export const FOREIGN_PRECISIONS = ['f32', 'f16', 'int8-blocks', 'int4-blocks'] as const;
export type ForeignPrecision = (typeof FOREIGN_PRECISIONS)[number];

/** Rotary positions that the graph has a table for: more rows at once than anybody will want of such a network. */
const MOST_ROWS = 4096;
const MOST_KEPT_STEPS = 1000;

/** config.json of a bundle of kind `foreign`: an imported network, on a graph of this project's. Ids are the model's own. */
export interface ForeignConfig {
  readonly format: 1;
  readonly kind: 'foreign';
  readonly name: string;
  readonly precision: ForeignPrecision;
  /** Inputs that share a scale, where a weight has 8 bits; undefined means 32. */
  readonly blockSize: number | undefined;
  readonly model: ForeignModel;
  /** Most tokens the network is run on, framing and holes included. */
  readonly window: { readonly rows: number };
  /** Steps that keys and values of the context are kept for before they are computed anew; 0: they never are kept. */
  readonly keptSteps: number;
  /** Where the checkpoint came from. */
  readonly origin: string;
  /** As the model card names it. */
  readonly licence: string | undefined;
  readonly files: {
    /** Multiplies in float32, as CPUs do. */
    readonly graph: BundleFile;
    /** Multiplies in float16, for GPUs: only of float16 weights. */
    readonly halfGraph: BundleFile | undefined;
    readonly tokenizer: BundleFile;
    readonly weights: readonly BundleFile[];
  };
}

/** Tells such a bundle by its config.json, right or wrong: `parseForeignConfig` says which. */
export function isForeign(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'kind' in json && json.kind === 'foreign';
}

/** Positions that the graph of a model knows. */
export function graphPositions({ positions }: Pick<ForeignModel, 'positions'>): number {
  return Math.min(positions, MOST_ROWS);
}

/** @throws Error naming the first field that is wrong, and what it should be */
export function parseForeignConfig(json: unknown): ForeignConfig {
  const root = new Fields('', json);
  root.format();
  const model = parseModel(root.fields('model'));
  const files = root.fields('files');
  return {
    format: 1,
    kind: 'foreign',
    name: root.name(),
    precision: root.oneOf('precision', FOREIGN_PRECISIONS),
    blockSize: optional(root, 'blockSize', () => blockSizeIn(root)),
    model,
    window: { rows: root.fields('window').integer('rows', 2, graphPositions(model)) },
    keptSteps: root.integer('keptSteps', 0, MOST_KEPT_STEPS),
    origin: root.text('origin', /^[^\p{Cc}]{1,1000}$/u, 'a text'),
    licence: optional(root, 'licence', () => root.text('licence', /^[^\p{Cc}]{1,200}$/u, 'a text')),
    files: {
      graph: parseFile(files.fields('graph')),
      halfGraph: optional(files, 'halfGraph', () => parseFile(files.fields('halfGraph'))),
      tokenizer: parseFile(files.fields('tokenizer')),
      weights: files.objects('weights').map(parseFile),
    },
  };
}

function blockSizeIn(root: Fields): number {
  const size = root.value('blockSize');
  const known = BLOCK_SIZES.find((one) => one === size);
  if (known === undefined) throw root.wrong('blockSize', BLOCK_SIZES.join(' or '));
  return known;
}

function parseModel(fields: Fields): ForeignModel {
  const heads = fields.integer('heads', 1, 1024);
  const keyValueHeads = fields.integer('keyValueHeads', 1, heads);
  if (heads % keyValueHeads !== 0) throw fields.wrong('keyValueHeads', `a divisor of the ${heads} heads`);
  const headWidth = fields.integer('headWidth', 2, 1024);
  if (headWidth % 2 !== 0) throw fields.wrong('headWidth', 'even');
  const vocabulary = fields.integer('vocabulary', 2, 1 << 22);
  const biases = fields.fields('biases');
  return {
    architecture: fields.oneOf('architecture', FOREIGN_ARCHITECTURES),
    layers: fields.integer('layers', 1, 256),
    width: fields.integer('width', 1, 1 << 16),
    heads,
    keyValueHeads,
    headWidth,
    swiglu: fields.integer('swiglu', 1, 1 << 18),
    vocabulary,
    tokenizerVocabulary: fields.integer('tokenizerVocabulary', 1, vocabulary),
    normEpsilon: fields.number('normEpsilon', 1e-12, 1),
    ropeBase: fields.number('ropeBase', 1, 1e12),
    positions: fields.integer('positions', 2, 1 << 30),
    tied: fields.flag('tied'),
    biases: {
      queryKeyValue: biases.flag('queryKeyValue'),
      output: biases.flag('output'),
      feedForward: biases.flag('feedForward'),
    },
    queryKeyNorm: fields.flag('queryKeyNorm'),
    activation: fields.oneOf('activation', ['silu']),
    tokens: parseTokens(fields.fields('tokens'), vocabulary),
    shift: fields.flag('shift'),
    framing: {
      before: tokenList(fields.fields('framing'), 'before', vocabulary),
      behind: tokenList(fields.fields('framing'), 'behind', vocabulary),
    },
  };
}

function parseTokens(fields: Fields, vocabulary: number): ForeignModel['tokens'] {
  const token = (key: string): number => fields.integer(key, 0, vocabulary - 1);
  return {
    mask: token('mask'),
    ends: tokenList(fields, 'ends', vocabulary),
    beginning: optional(fields, 'beginning', () => token('beginning')),
    expand: optional(fields, 'expand', () => token('expand')),
    delete: optional(fields, 'delete', () => token('delete')),
    deleteTakesAllBehind: fields.flag('deleteTakesAllBehind'),
  };
}

function tokenList(fields: Fields, key: string, vocabulary: number): number[] {
  return fields.list(key).map((id) => {
    if (Number.isInteger(id) && Number(id) >= 0 && Number(id) < vocabulary) return Number(id);
    throw fields.wrong(key, `a list of token ids below ${vocabulary}`);
  });
}

function optional<T>(fields: Fields, key: string, read: () => T): T | undefined {
  return fields.value(key) === undefined ? undefined : read();
}

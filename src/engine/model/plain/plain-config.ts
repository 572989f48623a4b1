import { WEIGHT_PRECISIONS, type WeightPrecision } from '../graph/architecture';
import type { BundleFile } from '../bundle/bundle-config';
import { Fields, parseFile } from '../bundle/config-fields';

/**
 * config.json of a plain bundle: somebody else's masked language model as one graph, `input_ids` (and `attention_mask`)
 * → `logits`, without a context cache. Its `kind` in the file is “plain”. Ids are the model's own.
 */
export interface PlainConfig {
  readonly format: 1;
  readonly kind: 'plain';
  readonly name: string;
  readonly precision: WeightPrecision;
  /** Last dimension of the logits; the tokenizer may have fewer tokens. */
  readonly vocabulary: number;
  /** Most tokens the model is run on. */
  readonly window: { readonly rows: number };
  readonly tokens: {
    readonly mask: number;
    /** Ends a text, where the model has such a token. */
    readonly eot: number | undefined;
  };
  /** True when the logits of a position are found one place before it, as in Dream, which began as a causal model. */
  readonly logitShift: boolean;
  readonly files: {
    readonly graph: BundleFile;
    readonly tokenizer: BundleFile;
    /** Files that the graph's weights lie in, if not in the graph itself. */
    readonly data: readonly BundleFile[];
  };
}

/** Tells a plain bundle by its config.json, right or wrong: `parsePlainConfig` says which. */
export function isPlain(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'kind' in json && json.kind === 'plain';
}

/** @throws Error naming the first field that is wrong, and what it should be */
export function parsePlainConfig(json: unknown): PlainConfig {
  const root = new Fields('', json);
  root.format();
  const vocabulary = root.integer('vocabulary', 2, 1 << 22);
  const tokens = root.fields('tokens');
  const files = root.fields('files');
  return {
    format: 1,
    kind: 'plain',
    name: root.name(),
    precision: root.oneOf('precision', WEIGHT_PRECISIONS),
    vocabulary,
    window: { rows: root.fields('window').integer('rows', 2, 1 << 20) },
    tokens: {
      mask: tokens.integer('mask', 0, vocabulary - 1),
      eot: tokens.value('eot') === undefined ? undefined : tokens.integer('eot', 0, vocabulary - 1),
    },
    logitShift: root.flag('logitShift'),
    files: {
      graph: parseFile(files.fields('graph')),
      tokenizer: parseFile(files.fields('tokenizer')),
      data: files.value('data') === undefined ? [] : files.objects('data').map(parseFile),
    },
  };
}

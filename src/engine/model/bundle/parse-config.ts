import { VIEWS, type Chooser, type Coefficients, type View } from '../../contract/chooser';
import { SPECIAL } from '../../text/special-tokens';
import { type Architecture, WEIGHT_PRECISIONS } from '../graph/architecture';
import type { Window } from '../../text/window';
import type { BundleConfig } from './bundle-config';
import { Fields, parseFile, parseFiles } from './config-fields';

const MOST_WEIGHT = 1e6;

/**
 * Checks what config.json says, field by field.
 *
 * @throws Error naming the first field that is wrong, and what it should be
 */
export function parseConfig(json: unknown): BundleConfig {
  const root = new Fields('', json);
  root.format();
  const special = root.fields('specialTokens');
  for (const [key, id] of Object.entries(SPECIAL)) {
    if (special.value(key) !== id) throw special.wrong(key, String(id));
  }
  const learned = root.fields('learned');
  const files = root.fields('files');
  const architecture = parseArchitecture(root.fields('architecture'));
  return {
    format: 1,
    name: root.name(),
    precision: root.oneOf('precision', WEIGHT_PRECISIONS),
    architecture,
    window: parseWindow(root.fields('window')),
    specialTokens: SPECIAL,
    learned: {
      expand: learned.flag('expand'),
      remask: learned.flag('remask'),
      guidance: learned.flag('guidance'),
    },
    ...(root.value('chooser') !== undefined ? { chooser: parseChooser(root.fields('chooser')) } : {}),
    training: root.facts('training'),
    files: {
      graph: parseFile(files.fields('graph')),
      weights: parseFiles(files, 'weights'),
      tokenizer: parseFile(files.fields('tokenizer')),
    },
  };
}

function parseArchitecture(fields: Fields): Architecture {
  const headWidth = fields.integer('headWidth', 2, 1024);
  if (headWidth % 2 !== 0) throw fields.wrong('headWidth', 'even');
  return {
    layers: fields.integer('layers', 1, 256),
    width: fields.integer('width', 1, 1 << 16),
    heads: fields.integer('heads', 1, 1024),
    headWidth,
    swiglu: fields.integer('swiglu', 1, 1 << 18),
    vocabulary: fields.integer('vocabulary', Object.keys(SPECIAL).length + 1, 1 << 22),
    ropeBase: fields.number('ropeBase', 1, 1e12),
    normEpsilon: fields.number('normEpsilon', 1e-12, 1),
  };
}

function parseChooser(fields: Fields): Chooser {
  const coefficients = (view: View): Coefficients => {
    const own = fields.fields(view);
    const weights = own.fields('weights');
    const known = VIEWS[view].filter((feature) => weights.value(feature) !== undefined);
    return {
      intercept: own.number('intercept', -MOST_WEIGHT, MOST_WEIGHT),
      weights: Object.fromEntries(
        known.map((feature) => [feature, weights.number(feature, -MOST_WEIGHT, MOST_WEIGHT)]),
      ),
    };
  };
  return {
    drawn: coefficients('drawn'),
    looked: coefficients('looked'),
    among: coefficients('among'),
    ...(fields.value('shown') === undefined ? {} : { shown: coefficients('shown') }),
  };
}

function parseWindow(fields: Fields): Window {
  const positions = fields.integer('positions', 1, 1 << 20);
  const reserved = fields.list('reserved');
  const ascending = reserved.every(
    (size, i): size is number =>
      Number.isInteger(size) && Number(size) > Number(reserved[i - 1] ?? 1) && Number(size) <= positions,
  );
  if (reserved.length === 0 || !ascending) {
    throw fields.wrong('reserved', `ascending whole numbers from 2 to the ${positions} positions`);
  }
  return { rows: fields.integer('rows', 1, 1 << 20), positions, reserved };
}

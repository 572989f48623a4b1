import {
  SPECIAL,
  WEIGHT_PRECISIONS,
  type Architecture,
  type BundleConfig,
  type BundleFile,
  type Window,
} from './bundle-config';

/** Names of files directly in the bundle's folder. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Checks what config.json says, field by field.
 *
 * @throws Error naming the first field that is wrong, and what it should be
 */
export function parseConfig(json: unknown): BundleConfig {
  const root = new Fields('', json);
  if (root.value('format') !== 1) {
    throw root.wrong('format', '1 (a newer format needs a newer version of this extension)');
  }
  const special = root.fields('specialTokens');
  for (const [key, id] of Object.entries(SPECIAL)) {
    if (special.value(key) !== id) throw special.wrong(key, String(id));
  }
  const learned = root.fields('learned');
  const files = root.fields('files');
  const architecture = parseArchitecture(root.fields('architecture'));
  return {
    format: 1,
    name: root.text('name', /^[^\p{Cc}]{1,200}$/u, 'a name'),
    precision: root.oneOf('precision', WEIGHT_PRECISIONS),
    architecture,
    window: parseWindow(root.fields('window')),
    specialTokens: SPECIAL,
    learned: {
      expand: learned.flag('expand'),
      remask: learned.flag('remask'),
      guidance: learned.flag('guidance'),
    },
    training: root.facts('training'),
    files: {
      graph: parseFile(files.fields('graph')),
      weights: parseFile(files.fields('weights')),
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

function parseFile(fields: Fields): BundleFile {
  return {
    name: fields.text('name', FILE_NAME, "the plain name of a file in the bundle's folder"),
    bytes: fields.integer('bytes', 1, 2 ** 40),
    sha256: fields.text('sha256', /^[0-9a-f]{64}$/, '64 hexadecimal digits'),
  };
}

/** One object of the file; reading a field checks it. */
class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(
    readonly path: string,
    json: unknown,
  ) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw new Error(`${path === '' ? 'its content' : `"${path}"`} must be an object`);
    }
    this.#fields = json as Record<string, unknown>;
  }

  value(key: string): unknown {
    return Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined;
  }

  fields(key: string): Fields {
    return new Fields(this.#pathOf(key), this.value(key));
  }

  number(key: string, least: number, most: number): number {
    const value = this.value(key);
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw this.wrong(key, `a number from ${least} to ${most}`);
  }

  integer(key: string, least: number, most: number): number {
    const value = this.value(key);
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.wrong(key, `a whole number from ${least} to ${most}`);
  }

  flag(key: string): boolean {
    const value = this.value(key);
    if (typeof value === 'boolean') return value;
    throw this.wrong(key, 'true or false');
  }

  text(key: string, pattern: RegExp, expected: string): string {
    const value = this.value(key);
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw this.wrong(key, expected);
  }

  oneOf<const T extends string>(key: string, choices: readonly T[]): T {
    const value = choices.find((choice) => choice === this.value(key));
    if (value !== undefined) return value;
    throw this.wrong(key, choices.map((choice) => `"${choice}"`).join(' or '));
  }

  list(key: string): readonly unknown[] {
    const value = this.value(key);
    if (Array.isArray(value)) return value;
    throw this.wrong(key, 'a list');
  }

  facts(key: string): Record<string, string | number | boolean> {
    const { path } = this.fields(key);
    const facts = this.value(key) as Record<string, unknown>;
    for (const [name, value] of Object.entries(facts)) {
      if (!['string', 'number', 'boolean'].includes(typeof value)) {
        throw new Error(`"${path}.${name}" must be a text, a number or a flag`);
      }
    }
    return facts as Record<string, string | number | boolean>;
  }

  wrong(key: string, expected: string): Error {
    const value = this.value(key);
    const found = value === undefined ? 'is missing' : `is ${JSON.stringify(value).slice(0, 80)}`;
    return new Error(`"${this.#pathOf(key)}" ${found}; it must be ${expected}`);
  }

  #pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }
}

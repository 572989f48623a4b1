import type { BundleFile } from './bundle-config';

/** Names of files directly in the bundle's folder. */
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export function parseFile(fields: Fields): BundleFile {
  return {
    name: fields.text('name', FILE_NAME, "the plain name of a file in the bundle's folder"),
    bytes: fields.integer('bytes', 1, 2 ** 40),
    sha256: fields.text('sha256', /^[0-9a-f]{64}$/, '64 hexadecimal digits'),
  };
}

/** A file, or a list of files of different names. */
export function parseFiles(fields: Fields, key: string): readonly BundleFile[] {
  if (!Array.isArray(fields.value(key))) return [parseFile(fields.fields(key))];
  const parsed = fields.objects(key).map(parseFile);
  if (parsed.length === 0) throw fields.wrong(key, 'a file, or files');
  if (new Set(parsed.map(({ name }) => name)).size !== parsed.length)
    throw fields.wrong(key, 'files of different names');
  return parsed;
}

/** One object of the file; reading a field checks it. */
export class Fields {
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

  /** @throws Error unless `format` is the one that is known */
  format(): void {
    if (this.value('format') !== 1) {
      throw this.wrong('format', '1 (a newer format needs a newer version of this extension)');
    }
  }

  name(): string {
    return this.text('name', /^[^\p{Cc}]{1,200}$/u, 'a name');
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

  /** The objects of a list. */
  objects(key: string): readonly Fields[] {
    return this.list(key).map((value, i) => new Fields(`${this.#pathOf(key)}[${i}]`, value));
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

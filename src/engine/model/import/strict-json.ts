import { visit, type ParseErrorCode } from 'jsonc-parser';
import { GET_AGAIN, refusal, shown } from './import-error';

/** An object of a file; it has no prototype, so that `__proto__` is a name like any other. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Deeper than any file of a checkpoint, and far from what a stack holds. */
const MOST_DEPTH = 64;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Reads a JSON file as the format's own rules have it: a name that comes twice in an object is an error, which
 * `JSON.parse` cannot see, and so are comments, Infinity and NaN, which Python writes.
 *
 * @param file its name, for messages
 * @throws EngineError `import-refused` with the line and the word that is no JSON
 */
function parseStrictJson(file: string, text: string): unknown {
  const content = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  checkContent(file, content);
  const builder = new Builder(file);
  visit(
    content,
    {
      onObjectBegin: (_offset, _length, line) => builder.open(Object.create(null) as object, line),
      onArrayBegin: (_offset, _length, line) => builder.open([], line),
      onObjectProperty: (name, _offset, _length, line) => builder.name(name, line),
      onLiteralValue: (value, _offset, _length, line) => builder.literal(value, line),
      onObjectEnd: () => builder.close(),
      onArrayEnd: () => builder.close(),
      onError: (_code: ParseErrorCode, offset, length, line) => {
        throw noJson(file, line, wordAt(content, offset, length));
      },
    },
    { disallowComments: true },
  );
  return builder.result;
}

/** The same for a file that holds one object. */
export function parseStrictObject(file: string, text: string): JsonObject {
  const value = parseStrictJson(file, text);
  if (isObject(value)) return value;
  throw refusal(file, `its content is ${kindOf(value)}, not an object`, GET_AGAIN);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws EngineError `import-refused` for what only has the file's place: a pointer of Git LFS, a page, nothing */
export function checkContent(file: string, beginning: string): void {
  const pointer = /^(version https:\/\/git-lfs|# xet version)/.exec(beginning);
  if (pointer) {
    throw refusal(
      file,
      `it is a ${pointer[1] === '# xet version' ? 'Xet' : 'Git LFS'} pointer, not the file itself`,
      'Get the data: run "git lfs pull" in the folder, or give the id of the model on the hub instead.',
    );
  }
  if (/^\s*<(!doctype|html|\?xml|head|body)/i.test(beginning)) {
    throw refusal(
      file,
      'it begins like a web page: a sign-in or an error page was saved in its place',
      'Sign in to the hub and get the file again.',
    );
  }
  if (/^\s*$/.test(beginning)) throw refusal(file, 'it is empty', GET_AGAIN);
}

/** Objects and lists that were opened and not yet closed, innermost last. */
interface Open {
  readonly value: object;
  /** Of the value that comes next, in an object. */
  name: string;
}

class Builder {
  result: unknown;
  readonly #open: Open[] = [];

  constructor(private readonly file: string) {}

  open(value: object, line: number): void {
    if (this.#open.length >= MOST_DEPTH) {
      throw refusal(this.file, `line ${line + 1} is nested more than ${MOST_DEPTH} deep`, GET_AGAIN);
    }
    this.put(value);
    this.#open.push({ value, name: '' });
  }

  name(name: string, line: number): void {
    const open = this.#open.at(-1)!;
    if (Object.hasOwn(open.value, name)) {
      const where = `line ${line + 1}`;
      throw refusal(
        this.file,
        `the name ${shown(name)} comes twice in one object (${where})`,
        'Programs disagree on which one counts: have the file written anew.',
      );
    }
    open.name = name;
  }

  literal(value: unknown, line: number): void {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw refusal(this.file, `line ${line + 1} has a number too large to be one`, 'Write another number.');
    }
    this.put(value);
  }

  put(value: unknown): void {
    const open = this.#open.at(-1);
    if (!open) this.result = value;
    else if (Array.isArray(open.value)) open.value.push(value);
    else (open.value as Record<string, unknown>)[open.name] = value;
  }

  close(): void {
    this.#open.pop();
  }
}

function noJson(file: string, line: number, word: string): Error {
  const known = /^-?(Infinity|NaN)$/.test(word);
  const what = word === '' ? 'it ends too early' : `${shown(word)} is not JSON`;
  return refusal(
    file,
    `line ${line + 1}: ${what}`,
    known
      ? 'Python writes it for a number that JSON does not have: remove that entry, or write a number.'
      : GET_AGAIN,
  );
}

function wordAt(content: string, offset: number, length: number): string {
  const word = /^-?[\p{L}\p{N}_.+-]+/u.exec(content.slice(offset, offset + 40))?.[0];
  return word ?? content.slice(offset, offset + Math.min(Math.max(length, 1), 40));
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

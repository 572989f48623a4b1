import fs from 'node:fs';
import path from 'node:path';

const FLUSH = 4e6;

/** Writes a file of one JSON value a line. */
export class JsonLinesWriter {
  readonly #fd: number;
  #lines: string[] = [];
  #characters = 0;

  constructor(readonly file: string) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    this.#fd = fs.openSync(file, 'w');
  }

  write(value: unknown): void {
    const line = `${JSON.stringify(value)}\n`;
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters > FLUSH) this.#flush();
  }

  /** Ends the file; it is on the disk when this returns. */
  finish(): void {
    this.#flush();
    fs.fsyncSync(this.#fd);
    fs.closeSync(this.#fd);
  }

  /** Ends it with nothing more written. */
  abandon(): void {
    fs.closeSync(this.#fd);
  }

  #flush(): void {
    // Unlike writeSync, this goes on after a short write.
    fs.writeFileSync(this.#fd, this.#lines.join(''));
    this.#lines = [];
    this.#characters = 0;
  }
}

/** Reads such a file line by line. */
export async function* readJsonLines(file: string): AsyncGenerator {
  let rest: Buffer[] = [];
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      rest.push(chunk.subarray(start, end));
      yield JSON.parse(Buffer.concat(rest).toString('utf8'));
      rest = [];
      start = end + 1;
    }
    rest.push(chunk.subarray(start));
  }
}

/** Writes a file as a whole: under another name first, renamed once it is on the disk. */
export function writeWhole(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.tmp`;
  fs.writeFileSync(temporary, text, { flush: true });
  fs.renameSync(temporary, file);
}

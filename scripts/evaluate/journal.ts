import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The model's answers so far, a JSON line `{key, answer}` each, so that a run that was stopped goes on where it
 * was. The key is a hash of all that decides the answer but the engine's own code.
 */
export class Journal {
  readonly #answers = new Map<string, unknown>();

  constructor(private readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
    if (!existsSync(file)) return;
    const bytes = readFileSync(file);
    // A run that was killed may have left half a line.
    const whole = bytes.lastIndexOf(10) + 1;
    if (whole < bytes.length) truncateSync(file, whole);
    for (const line of bytes.subarray(0, whole).toString('utf8').split('\n')) {
      if (line === '') continue;
      const { key, answer } = JSON.parse(line) as { key: string; answer: unknown };
      this.#answers.set(key, answer);
    }
  }

  /** The answer to `question`, asked by `ask` unless it is there already. */
  async answer<T>(question: unknown, ask: () => Promise<T>): Promise<T> {
    const key = createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 22);
    if (!this.#answers.has(key)) {
      const answer = await ask();
      appendFileSync(this.file, `${JSON.stringify({ key, answer })}\n`);
      this.#answers.set(key, answer);
    }
    return this.#answers.get(key) as T;
  }
}

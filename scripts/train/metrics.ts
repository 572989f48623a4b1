import fs from 'node:fs';
import path from 'node:path';

export type Metric = Readonly<Record<string, number | string>> & { readonly step: number };

/** metrics.jsonl in the output folder: one JSON object a line, each written at once. */
export class MetricsLog {
  readonly #file: string;

  /** @param step steps already done; lines of later ones, from a run that was killed after its checkpoint, go */
  constructor(folder: string, step: number) {
    this.#file = path.join(folder, 'metrics.jsonl');
    if (!fs.existsSync(this.#file)) return;
    const kept = fs
      .readFileSync(this.#file, 'utf8')
      .split('\n')
      .filter((line) => stepOf(line) <= step);
    const temporary = `${this.#file}.tmp`;
    fs.writeFileSync(temporary, kept.map((line) => `${line}\n`).join(''), { flush: true });
    fs.renameSync(temporary, this.#file);
  }

  write(metric: Metric): void {
    fs.appendFileSync(this.#file, `${JSON.stringify(metric)}\n`);
  }
}

/** Step of a line; infinite for one that was cut short. */
function stepOf(line: string): number {
  try {
    return (JSON.parse(line) as Metric).step;
  } catch {
    return Infinity;
  }
}

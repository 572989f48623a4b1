import fs from 'node:fs';
import path from 'node:path';

export type Metric = Readonly<Record<string, number | string>> & { readonly step: number };

/** metrics.jsonl in the output folder: one JSON object a line, each written at once. */
export class MetricsLog {
  readonly #file: string;
  readonly #all: Metric[];

  /** @param step steps already done; lines of later ones, from a run that was killed after its checkpoint, go */
  constructor(folder: string, step: number) {
    this.#file = path.join(folder, 'metrics.jsonl');
    const there = fs.existsSync(this.#file) ? fs.readFileSync(this.#file, 'utf8').split('\n') : [];
    this.#all = there.flatMap(parseLine).filter((metric) => metric.step <= step);
    if (there.length === 0) return;
    const temporary = `${this.#file}.tmp`;
    fs.writeFileSync(temporary, this.#all.map(line).join(''), { flush: true });
    fs.renameSync(temporary, this.#file);
  }

  /** All that the file holds. */
  get all(): readonly Metric[] {
    return this.#all;
  }

  write(metric: Metric): void {
    this.#all.push(metric);
    fs.appendFileSync(this.#file, line(metric));
  }
}

function line(metric: Metric): string {
  return `${JSON.stringify(metric)}\n`;
}

/** Nothing for a line that was cut short. */
function parseLine(text: string): Metric[] {
  try {
    return [JSON.parse(text) as Metric];
  } catch {
    return [];
  }
}

/** A server's metrics as Prometheus reads them: the value of each series, labels included in its name. */
export type Scraped = ReadonlyMap<string, number>;

const SERIES = /^([^#\s]\S*(?: .*})?) (\S+)$/gm;

export async function scrape(url: string): Promise<Scraped> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return new Map([...text.matchAll(SERIES)].map(([, name, value]) => [name!, Number(value)]));
}

/** Contexts that had rows in a forward of steps between two readings, on average; NaN where there was none. */
export function batchSize(before: Scraped, after: Scraped): number {
  const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  return grown('llada_step_contexts_total') / grown('llada_step_forwards_total');
}

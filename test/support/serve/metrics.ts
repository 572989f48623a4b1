import { send } from './send';

/** The value of a series as Prometheus would read it, all labels of it that are not named summed up; 0 where it has none. */
export async function metric(url: string, name: string, label = ''): Promise<number> {
  const { text } = await send(`${url}/metrics`);
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Resolves once nothing runs and nothing waits. */
export async function settled(url: string): Promise<void> {
  while ((await metric(url, 'llada_fills_running')) + (await metric(url, 'llada_fills_waiting')) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

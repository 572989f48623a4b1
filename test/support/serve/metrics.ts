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
  while ((await fills(url)) > 0) await aMoment();
}

/** Resolves once so many fills run or wait. */
export async function begun(url: string, count: number): Promise<void> {
  while ((await fills(url)) < count) await aMoment();
}

async function fills(url: string): Promise<number> {
  return (await metric(url, 'llada_fills_running')) + (await metric(url, 'llada_fills_waiting'));
}

function aMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}

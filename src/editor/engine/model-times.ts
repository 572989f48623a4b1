import type * as vscode from 'vscode';
import type { EngineInfo } from '../../engine/index';

const KEY = 'llada.modelTimes';
/** Requests that a model is judged by: the last ones. */
const KEPT = 15;

interface Times {
  readonly provider: string;
  /** Milliseconds of the last requests, the latest last. */
  readonly ms: readonly number[];
}

/** The time of a request to a model on this machine. */
export interface MeasuredTime {
  readonly provider: string;
  /** Median of the last requests. */
  readonly ms: number;
}

/** The times of models on this machine, by their bundles' folders; kept from session to session. */
export class ModelTimes {
  constructor(private readonly memory: Pick<vscode.Memento, 'get' | 'update'>) {}

  /** Notes what a request has taken. */
  add({ bundleFolder, provider }: Pick<EngineInfo, 'bundleFolder' | 'provider'>, ms: number): void {
    const all = this.#all;
    const before = all[bundleFolder];
    const times = before?.provider === provider ? before.ms : [];
    const added: Times = { provider, ms: [...times, Math.round(ms)].slice(-KEPT) };
    void this.memory.update(KEY, { ...all, [bundleFolder]: added });
  }

  /** Undefined where nothing has been measured yet. */
  of(bundleFolder: string): MeasuredTime | undefined {
    const times = this.#all[bundleFolder];
    if (!times) return undefined;
    const sorted = [...times.ms].sort((a, b) => a - b);
    return { provider: times.provider, ms: sorted[sorted.length >> 1]! };
  }

  get #all(): Readonly<Record<string, Times>> {
    return this.memory.get<Record<string, Times>>(KEY, {});
  }
}

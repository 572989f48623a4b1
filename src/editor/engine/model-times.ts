import type * as vscode from 'vscode';
import type { EngineInfo } from '../../engine/index';

const KEY = 'llada.modelTimes';
/** Requests that a model is judged by: the last ones. */
const KEPT = 15;
const PAUSE_MS = 60_000;

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

/**
 * The times of models on this machine, by their bundles' folders; kept from session to session. VS Code keeps them in a
 * file that it writes whole, so it gets them once in a while and at the end.
 */
export class ModelTimes {
  readonly #unsaved = new Map<string, Times>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param pauseMs least time between two writes */
  constructor(
    private readonly memory: Pick<vscode.Memento, 'get' | 'update'>,
    private readonly pauseMs = PAUSE_MS,
  ) {}

  /** Notes what a request has taken. */
  add({ bundleFolder, provider }: Pick<EngineInfo, 'bundleFolder' | 'provider'>, ms: number): void {
    const before = this.#timesOf(bundleFolder);
    const times = before?.provider === provider ? before.ms : [];
    this.#unsaved.set(bundleFolder, { provider, ms: [...times, Math.round(ms)].slice(-KEPT) });
    this.#timer ??= setTimeout(() => void this.save(), this.pauseMs);
  }

  /** Undefined where nothing has been measured yet. */
  of(bundleFolder: string): MeasuredTime | undefined {
    const times = this.#timesOf(bundleFolder);
    if (!times) return undefined;
    const sorted = [...times.ms].sort((a, b) => a - b);
    return { provider: times.provider, ms: sorted[sorted.length >> 1]! };
  }

  /** Writes what has come since the last time; nothing where nothing has. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsaved.size === 0) return;
    // Other windows write their own.
    const all = { ...this.#saved, ...Object.fromEntries(this.#unsaved) };
    this.#unsaved.clear();
    await this.memory.update(KEY, all);
  }

  #timesOf(bundleFolder: string): Times | undefined {
    return this.#unsaved.get(bundleFolder) ?? this.#saved[bundleFolder];
  }

  get #saved(): Readonly<Record<string, Times>> {
    return this.memory.get<Record<string, Times>>(KEY, {});
  }
}

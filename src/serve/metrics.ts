import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { EngineStats } from '../engine/index';

/** How a fill ended; `cut`: its reader had enough, as at a stop word. */
export type Outcome = 'done' | 'time_limit' | 'cut' | 'gone' | 'superseded' | 'failed';

/** Why a request was turned away. */
export type Refusal = 'host' | 'origin' | 'token' | 'loading' | 'draining' | 'queue_full' | 'body_too_large';

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 15, 30, 60];

const GAUGES = {
  fills_running: 'Fills under way.',
  fills_waiting: 'Fills that wait for their turn.',
  http_requests_open: 'Requests that have not been answered yet.',
};

/** Counts that the engine keeps by itself, from its start on. */
const ENGINE_COUNTERS: Readonly<Record<string, readonly [keyof EngineStats, string]>> = {
  step_forwards_total: ['steps', 'Runs of the network for steps, whoever shared them.'],
  step_contexts_total: ['stepContexts', 'Fills that had a part in those; divided by them: a batch.'],
  step_rows_total: ['stepRows', 'Rows in those, of all fills.'],
};

/** The figures that Prometheus reads. No label has more values than this file and the routes name. */
export class Metrics {
  readonly registry = new Registry();
  readonly requests: Counter<'method' | 'route' | 'status'>;
  readonly requestSeconds: Histogram<'route'>;
  readonly refusals: Counter<'reason'>;
  readonly fills: Counter<'outcome'>;
  readonly waitSeconds: Histogram;
  readonly fillSeconds: Histogram;
  readonly forwards: Counter;
  readonly tokens: Counter;
  readonly #ofEngine: readonly (readonly [keyof EngineStats, Counter])[];
  readonly #engineBytes: Gauge;

  /** @param now what the gauges stand at, when they are asked */
  constructor(now: Readonly<Record<keyof typeof GAUGES, () => number>>) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    // Their quantiles are no use to who has several replicas.
    for (const quantile of ['p50', 'p90', 'p99']) {
      this.registry.removeSingleMetric(`nodejs_eventloop_lag_${quantile}_seconds`);
    }
    this.requests = new Counter({
      name: 'llada_http_requests_total',
      help: 'Requests answered, by route and status (499: the client had gone).',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.requestSeconds = new Histogram({
      name: 'llada_http_request_seconds',
      help: 'From a request to the end of its answer.',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    });
    this.refusals = new Counter({
      name: 'llada_refusals_total',
      help: 'Requests turned away, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.fills = new Counter({
      name: 'llada_fills_total',
      help: 'Fills that have ended, by how.',
      labelNames: ['outcome'],
      registers,
    });
    this.waitSeconds = new Histogram({
      name: 'llada_fill_wait_seconds',
      help: 'How long fills waited for their turn.',
      buckets: SECONDS,
      registers,
    });
    this.fillSeconds = new Histogram({
      name: 'llada_fill_seconds',
      help: 'How long fills took once it was their turn.',
      buckets: SECONDS,
      registers,
    });
    this.forwards = new Counter({
      name: 'llada_forwards_total',
      help: 'Runs of the network that fills took part in.',
      registers,
    });
    this.tokens = new Counter({
      name: 'llada_filled_tokens_total',
      help: 'Tokens of finished fills.',
      registers,
    });
    this.#ofEngine = Object.entries(ENGINE_COUNTERS).map(([name, [key, help]]) => [
      key,
      new Counter({ name: `llada_${name}`, help, registers }),
    ]);
    this.#engineBytes = new Gauge({
      name: 'llada_engine_resident_bytes',
      help: 'Memory that the engine process holds.',
      registers,
    });
    for (const [name, help] of Object.entries(GAUGES)) {
      new Gauge({
        name: `llada_${name}`,
        help,
        registers,
        collect() {
          this.set(now[name as keyof typeof GAUGES]());
        },
      });
    }
  }
  /** Takes over what the engine has counted; an engine that was started anew begins anew. */
  tell(stats: EngineStats): void {
    for (const [key, counter] of this.#ofEngine) {
      counter.reset();
      counter.inc(stats[key]);
    }
    this.#engineBytes.set(stats.residentBytes);
  }
}

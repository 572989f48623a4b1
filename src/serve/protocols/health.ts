import os from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Serving } from '../serving';

/** The routes that probes, uptime checks and Prometheus ask; none of it needs a token. */
export function healthRoutes(app: FastifyInstance, serving: Serving): void {
  // One object for llama.cpp's clients, which look for the status, and for Tabby's, which look for the rest.
  for (const path of ['/health', '/v1/health']) app.get(path, () => health(serving));
  app.get('/metrics', async (_request, reply) => {
    const { registry } = serving.metrics;
    await serving.askEngine();
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}

function health({ engine, model, version, created }: Serving): object {
  const started = new Date(created * 1000).toISOString();
  return {
    status: 'ok',
    model,
    device: engine.info.provider,
    arch: os.machine(),
    cpu_info: os.cpus()[0]?.model ?? 'unknown',
    cpu_count: os.availableParallelism(),
    cuda_devices: [],
    version: {
      build_date: started.slice(0, 10),
      build_timestamp: started,
      git_sha: '',
      git_describe: `v${version}`,
    },
  };
}

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { parseAllDocuments } from 'yaml';
import { temporaryFolder } from '../../../scripts/tiny-bundle/tiny-bundle';
import { PYTHON, PYTHON_MS, pythonHas } from '../../support/serve/python';
import { SERVE, ServeProcess } from '../../../scripts/load/serve-process';
import { send } from '../../support/serve/send';

const DOCKERFILE = readFileSync('deploy/Dockerfile', 'utf8');
function manifest(name: string): string {
  return readFileSync(`deploy/${name}`, 'utf8');
}

interface Container {
  readonly args: readonly string[];
  readonly ports: readonly { readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly mountPath: string }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string } };
  readonly livenessProbe: { readonly httpGet: { readonly path: string } };
}

/** The server's container as Kubernetes and as KServe start it. */
function containers(): Container[] {
  const found = ['kubernetes.yaml', 'kserve.yaml'].flatMap((name) =>
    parseAllDocuments(manifest(name)).flatMap((document) => {
      assert.deepEqual(document.errors, [], name);
      const { spec } = document.toJS() as {
        spec: { template?: { spec: { containers: Container[] } }; predictor?: { containers: Container[] } };
      };
      return spec.template?.spec.containers ?? spec.predictor?.containers ?? [];
    }),
  );
  assert.equal(found.length, 2);
  return found;
}

const ENTRYPOINTS = [...DOCKERFILE.matchAll(/^ENTRYPOINT (\[.*\])$/gm)].map(
  ([, list]) => JSON.parse(list!) as string[],
);

describe('what the server is deployed with', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();

  it('is a Dockerfile without a mistake', () => {
    assert.deepEqual(validate(DOCKERFILE), []);
    assert.equal(ENTRYPOINTS.length, 2);
  });

  it('gives the server options that it has', () => {
    const help = execFileSync(process.execPath, [SERVE, '--help'], { encoding: 'utf8' });
    for (const list of [...ENTRYPOINTS, ...containers().map(({ args }) => args)]) {
      for (const option of list.filter((word) => word.startsWith('--'))) {
        assert.match(help, new RegExp(`^  ${option} `, 'm'), option);
      }
    }
  });

  it('puts token and port where the image looks for them, and probes what needs no token', () => {
    for (const { ports, volumeMounts, readinessProbe, livenessProbe } of containers()) {
      assert.equal(ports[0]!.containerPort, Number(/^EXPOSE (\d+)$/m.exec(DOCKERFILE)![1]));
      for (const words of ENTRYPOINTS) {
        const file = words[words.indexOf('--token-file') + 1]!;
        assert.equal(file, `${volumeMounts[0]!.mountPath}/token`);
        assert.match(manifest('compose.yaml'), /target: llada\/token/);
      }
      assert.equal(readinessProbe.httpGet.path, '/v2/health/ready');
      assert.equal(livenessProbe.httpGet.path, '/v2/health/live');
    }
  });

  it('lays out all that the server needs to fill', async function () {
    // Images are made for Linux alone.
    if (process.platform !== 'linux') this.skip();
    const image = join(folder, 'image');
    execFileSync('sh', ['deploy/lay-out.sh', image]);
    const args = ['--port', '0', '--provider', 'cpu', '--model-name', 'llada'];
    const server = new ServeProcess(args, join(image, 'dist/serve.js'));
    const url = await server.url();
    await server.says(/is ready/);
    const { json } = await send(`${url}/v1/completions`, {
      body: { model: 'llada', prompt: 'a = ', max_tokens: 2 },
    });
    assert.equal(json.model, 'llada');
    server.kill('SIGTERM');
    assert.equal(await server.exitCode(), 0);
  });

  it('fits the schemas of Kubernetes, KServe and Compose', function () {
    this.timeout(PYTHON_MS);
    if (!pythonHas('kubernetes_validate', 'kserve', 'compose_spec', 'yaml')) this.skip();
    const { status, stderr } = spawnSync(PYTHON, ['test/support/serve/check_manifests.py'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  });
});

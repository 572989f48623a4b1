import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

interface Setting {
  readonly type: string;
  readonly scope: string;
  readonly enum?: readonly string[];
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly configuration: readonly { readonly properties: Readonly<Record<string, Setting>> }[];
  };
}

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

describe('package.json', () => {
  const manifest = read('package.json') as Manifest;
  const settings = manifest.contributes.configuration.flatMap(({ properties }) => Object.entries(properties));

  it('pins every dependency to one version, and the lock file every package to its content', () => {
    const { packages } = read('package-lock.json') as { packages: Readonly<Record<string, LockedPackage>> };
    for (const [name, wanted] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      // A second version of a package has a name of its own: npm:typescript@7.0.2.
      const version = wanted.replace(/^npm:[\w-]+@/, '');
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
      assert.equal(packages[`node_modules/${name}`]?.version, version, name);
    }
    for (const [path, { integrity }] of Object.entries(packages)) {
      if (path !== '') assert.match(integrity ?? '', /^sha512-/, path);
    }
  });

  it('lets no workspace choose what the engine loads and runs on', () => {
    // A text that is not one of a few may be a path: only the user's own settings may hold one.
    const free = settings.filter(([, { type, enum: values }]) => type === 'string' && !values);
    assert.ok(free.some(([name]) => name === 'llada.model.path'));
    for (const [name, { scope }] of free) assert.equal(scope, 'machine', name);
    for (const name of ['llada.model.path', 'llada.provider']) {
      assert.equal(settings.find(([key]) => key === name)?.[1].scope, 'machine', name);
    }
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    for (const [name] of free) assert.ok(restrictedConfigurations.includes(name), name);
  });
});

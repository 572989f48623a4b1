import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import corpus from '../train/corpus/manifest.json';
import { ROOT } from '../setup/paths';

/** A package that is in the .vsix, as a file or inside one of its bundles. */
interface Shipped {
  /** In the repository. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** The folder of the innermost package that a file is in. */
const PACKAGE = /(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)\//;

/** The packages that files come from: by their place, or by the source map of a bundle. */
function shippedPackages(files: readonly string[]): Shipped[] {
  const sources = files.flatMap((file) => {
    const map = path.join(ROOT, `${file}.map`);
    if (!file.startsWith('dist/') || !existsSync(map)) return [file];
    return (JSON.parse(readFileSync(map, 'utf8')) as { sources: string[] }).sources;
  });
  const folders = new Set(sources.flatMap((source) => PACKAGE.exec(source)?.[1] ?? []));
  return [...folders].sort().map((folder) => {
    const manifest = path.join(ROOT, folder, 'package.json');
    return { folder, ...(JSON.parse(readFileSync(manifest, 'utf8')) as Omit<Shipped, 'folder'>) };
  });
}

/** ONNX Runtime's packages come without their licence file; this is its text. */
const ONNX_RUNTIME = `MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.

What ONNX Runtime itself contains, with licences, is listed in the file ThirdPartyNotices.txt of its release.`;

function licenceText({ name, folder: place }: Shipped): string {
  const folder = path.join(ROOT, place);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file) return readFileSync(path.join(folder, file), 'utf8').trim();
  if (name.startsWith('onnxruntime-')) return ONNX_RUNTIME;
  throw new Error(`${name} is shipped but has no licence file; its text must be given in the notices.`);
}

/** The licence texts of everything in a package that others wrote. @throws Error where one is missing */
export function licenceNotices(files: readonly string[]): string {
  const windows = files.some((file) => file.endsWith('DirectML.dll'));
  const sections = shippedPackages(files).map(
    (shipped) => `## ${shipped.name} ${shipped.version} (${shipped.license})\n\n${licenceText(shipped)}`,
  );
  if (windows) {
    sections.push(
      '## DirectML.dll, dxcompiler.dll, dxil.dll\n\nRedistributed as they come in onnxruntime-node: DirectML under the ' +
        'Microsoft DirectML licence terms (NuGet package Microsoft.AI.DirectML), the DirectX shader compiler under the ' +
        'University of Illinois/NCSA licence with LLVM exceptions.',
    );
  }
  return ['# Third-party notices', ...sections].join('\n\n');
}

/** Lists the sources that the bundled model was trained from. */
export function corpusNotice(): string {
  const rows = corpus.sources.map(
    ({ kind, name, version, license, split }) => `| ${name} | ${version} | ${kind} | ${license} | ${split} |`,
  );
  return [
    '# Training texts',
    'The bundled model was trained on texts of these packages. `train` sources may have been trained on, `valid` and ' +
      '`test` ones were held out. The model card (dist/models/*/README.md) says how much of them was used.',
    ['| package | version | from | licence | split |', '|---|---|---|---|---|', ...rows].join('\n'),
  ].join('\n\n');
}

interface Bom {
  metadata: { component: { name: string } };
  components: { name: string; 'bom-ref': string; scope?: string }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/** The software bill of materials, CycloneDX 1.5, of what is really in the package. @throws Error when npm fails */
export function materials(files: readonly string[]): unknown {
  const npm = process.env['npm_execpath'];
  const [command, ...before] = npm ? [process.execPath, npm] : ['npm'];
  const args = [...before, 'sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'];
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (status !== 0) throw new Error(`npm sbom failed:\n${stderr}`);
  const bom = JSON.parse(stdout) as Bom;
  const wanted = new Set(shippedPackages(files).map(({ name, version }) => `${name}@${version}`));
  bom.metadata.component.name = 'llada-infill';
  bom.components = bom.components.filter((component) => wanted.has(component['bom-ref']));
  const lost = [...wanted].filter((ref) => !bom.components.some((component) => component['bom-ref'] === ref));
  if (lost.length > 0) throw new Error(`Shipped but not in package-lock.json: ${lost.join(', ')}`);
  for (const component of bom.components) component.scope = 'required';
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => wanted.has(ref) || ref.startsWith('llada-infill@'))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => wanted.has(other)) }));
  return bom;
}

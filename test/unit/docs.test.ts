import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** Documents that say the most important things first: most words, code and tables included. */
const MOST_WORDS = { 'README.md': 900, 'docs/architecture.md': 900, 'docs/engine.md': 1800 };

/** A link or picture in Markdown. */
const LINK = /\]\(([^()\s]+)\)/g;

const DOCUMENTS = [
  ...readdirSync('.').filter((name) => name.endsWith('.md')),
  ...['.github', 'docs', 'media', 'samples'].flatMap((folder) => filesIn(folder, '.md')),
  ...readdirSync('models')
    .map((name) => `models/${name}/README.md`)
    .filter((file) => existsSync(file)),
];

function filesIn(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => path.posix.join(folder, name.replaceAll(path.sep, '/')));
}

/** A document's text without fenced code, which has neither links nor headings. */
function prose(file: string): string {
  return readFileSync(file, 'utf8').replace(/^( *)(```|~~~)[^]*?^\1\2$/gm, '');
}

/** The anchors that forges give a document's headings. */
function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose(file).matchAll(/^#+ (.+)$/gm)) {
    const text = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = text.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    let distinct = anchor;
    for (let count = 1; anchors.has(distinct); count++) distinct = `${anchor}-${count}`;
    anchors.add(distinct);
  }
  return anchors;
}

/** Describes the fault of a document's link, if it has one. */
function fault(document: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [to = '', anchor] = link.split('#');
  const file = to === '' ? document : path.posix.join(path.posix.dirname(document), to);
  if (!existsSync(file)) return `${document}: there is no ${file}`;
  if (anchor === undefined || statSync(file).isDirectory()) return undefined;
  return anchorsOf(file).has(anchor) ? undefined : `${document}: ${file} has no heading #${anchor}`;
}

describe('the documents', () => {
  it('have links that lead somewhere', () => {
    const links = DOCUMENTS.flatMap((document) =>
      Array.from(
        prose(document)
          .replace(/`[^`\n]*`/g, '')
          .matchAll(LINK),
        ([, link]) => ({ document, link }),
      ),
    );
    assert.ok(links.length > 100);
    assert.deepEqual(
      links.map(({ document, link }) => fault(document, link!)).filter((each) => each !== undefined),
      [],
    );
  });

  it('are there where the sources name them', () => {
    const sources = ['src', 'scripts', 'test', '.github'].flatMap((folder) =>
      ['.ts', '.mjs', '.yml'].flatMap((ending) => filesIn(folder, ending)),
    );
    const named = sources.flatMap((file) =>
      Array.from(readFileSync(file, 'utf8').matchAll(/(?<![\w/])docs\/[\w/-]+\.md\b/g), ([to]) => ({
        file,
        to,
      })),
    );
    assert.ok(named.some(({ to }) => to === 'docs/troubleshooting.md'));
    const lost = named.filter(({ file, to }) => !file.endsWith('rules.test.ts') && !existsSync(to));
    assert.deepEqual(lost, []);
  });

  for (const [file, most] of Object.entries(MOST_WORDS)) {
    it(`keep ${file} within ${most} words`, () => {
      const words = readFileSync(file, 'utf8').match(/\S*[\p{L}\p{N}]\S*/gu) ?? [];
      assert.ok(words.length <= most, `${words.length} words`);
    });
  }

  it('give every package of package.json a row', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Readonly<
      Record<'dependencies' | 'devDependencies', Readonly<Record<string, string>>>
    >;
    const rows = readFileSync('docs/dependencies.md', 'utf8').matchAll(/^\| ([^|]+) \|/gm);
    const explained = new Set(Array.from(rows, ([, names]) => names!.split(', ')).flat());
    assert.deepEqual(
      Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !explained.has(name)),
      [],
    );
  });
});

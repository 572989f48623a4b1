/** File extension → VS Code's language id, for everything the corpus takes. */
const BY_EXTENSION: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    typescript: 'ts mts cts',
    typescriptreact: 'tsx',
    javascript: 'js mjs cjs es6',
    javascriptreact: 'jsx',
    python: 'py pyi',
    html: 'html htm',
    css: 'css',
    scss: 'scss',
    sass: 'sass',
    less: 'less',
    json: 'json jsonc json5',
    go: 'go',
    rust: 'rs',
    c: 'c h',
    cpp: 'cc cpp cxx hpp hh hxx inl',
    java: 'java',
    kotlin: 'kt kts',
    swift: 'swift',
    'objective-c': 'm',
    'objective-cpp': 'mm',
    csharp: 'cs',
    ruby: 'rb',
    php: 'php',
    shellscript: 'sh bash bats zsh',
    sql: 'sql',
    markdown: 'md mdx markdown',
    restructuredtext: 'rst',
    plaintext: 'txt pod',
    xml: 'sgml',
    yaml: 'yml yaml',
    toml: 'toml',
    vue: 'vue',
    svelte: 'svelte',
    handlebars: 'hbs',
    glsl: 'glsl vert frag',
    wgsl: 'wgsl',
    solidity: 'sol',
    proto: 'proto',
    graphql: 'graphql',
    cmake: 'cmake',
    groovy: 'gradle',
    lua: 'lua',
    perl: 'pl pm',
  }).flatMap(([language, extensions]) => extensions.split(' ').map((extension) => [extension, language])),
);

const PROSE = new Set(['markdown', 'restructuredtext', 'plaintext', 'xml', 'html']);

/** The language of a file by its name; undefined for what the corpus does not take. */
export function languageOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (/^Makefile$/i.test(name)) return 'makefile';
  if (name.startsWith('Dockerfile')) return 'dockerfile';
  if (name.endsWith('.js.flow')) return 'javascript';
  const dot = name.lastIndexOf('.');
  return dot > 0 ? BY_EXTENSION[name.slice(dot + 1).toLowerCase()] : undefined;
}

/** Tells if long lines are normal in the language. */
export function isProse(language: string): boolean {
  return PROSE.has(language);
}

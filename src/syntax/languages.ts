/** A grammar as WebAssembly, and the texts that it reads. */
export interface Grammar {
  readonly name: GrammarName;
  /** From the repository's root; in a package, what npm brings lies in dist/node_modules. */
  readonly file: string;
  /** VS Code's names of its languages. */
  readonly languageIds: readonly string[];
  /** Ends of file names, without the dot. */
  readonly extensions: readonly string[];
}

/** Path of the grammars that VS Code itself carries. */
const VSCODE = 'node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter-';
/** Grammars that load in VS Code's runtime, though it does not carry them. */
const OTHERS = 'node_modules/tree-sitter-wasms/out/tree-sitter-';
/** media/grammars/README.md says where they come from. */
const COMMITTED = 'media/grammars/';

const TABLE = {
  bash: [VSCODE, ['shellscript'], ['sh', 'bash']],
  c: [OTHERS, ['c'], ['c']],
  'c-sharp': [VSCODE, ['csharp'], ['cs', 'csx']],
  // As VS Code does, a header is read as C++.
  cpp: [VSCODE, ['cpp', 'cuda-cpp'], ['cpp', 'cc', 'cxx', 'h', 'hpp', 'hh', 'hxx', 'ino', 'cu']],
  css: [VSCODE, ['css'], ['css']],
  go: [VSCODE, ['go'], ['go']],
  html: [OTHERS, ['html'], ['html', 'htm', 'xhtml']],
  java: [VSCODE, ['java'], ['java']],
  javascript: [VSCODE, ['javascript', 'javascriptreact'], ['js', 'jsx', 'mjs', 'cjs']],
  json: [OTHERS, ['json', 'jsonc'], ['json', 'jsonc', 'webmanifest']],
  kotlin: [OTHERS, ['kotlin'], ['kt', 'kts']],
  lua: [COMMITTED, ['lua'], ['lua']],
  php: [VSCODE, ['php'], ['php']],
  powershell: [VSCODE, ['powershell'], ['ps1', 'psm1', 'psd1']],
  python: [VSCODE, ['python'], ['py', 'pyi', 'pyw']],
  ruby: [VSCODE, ['ruby'], ['rb', 'rake', 'gemspec']],
  rust: [VSCODE, ['rust'], ['rs']],
  svelte: [COMMITTED, ['svelte'], ['svelte']],
  swift: [OTHERS, ['swift'], ['swift']],
  toml: [OTHERS, ['toml'], ['toml']],
  tsx: [VSCODE, ['typescriptreact'], ['tsx']],
  typescript: [VSCODE, ['typescript'], ['ts', 'mts', 'cts']],
  vue: [OTHERS, ['vue'], ['vue']],
  yaml: [COMMITTED, ['yaml', 'dockercompose'], ['yaml', 'yml']],
} as const satisfies Readonly<Record<string, readonly [string, readonly string[], readonly string[]]>>;

export type GrammarName = keyof typeof TABLE;

export const GRAMMARS: readonly Grammar[] = Object.entries(TABLE).map(
  ([name, [from, languageIds, extensions]]) => ({
    name: name as GrammarName,
    file: `${from}${name}.wasm`,
    languageIds,
    extensions,
  }),
);

/** The runtime that all grammars run in. */
export const RUNTIME_FILE = 'node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter.wasm';

/** The language of a text: VS Code's name of it, which decides if there is one, or its path. */
export interface TextKind {
  readonly languageId?: string | undefined;
  readonly path?: string | undefined;
}

/** The grammar of a text; undefined where there is none, and no guess is to be made. */
export function grammarOf({ languageId, path }: TextKind): Grammar | undefined {
  if (languageId !== undefined) return GRAMMARS.find(({ languageIds }) => languageIds.includes(languageId));
  const extension = /\.(\w+)$/.exec(path ?? '')?.[1]?.toLowerCase();
  return extension === undefined
    ? undefined
    : GRAMMARS.find(({ extensions }) => extensions.includes(extension));
}

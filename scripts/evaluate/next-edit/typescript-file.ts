import ts from 'typescript';
import type { CorpusDocument } from '../../train/corpus/types';

const EXTENSION: Readonly<Record<string, string>> = {
  typescript: 'ts',
  typescriptreact: 'tsx',
  javascript: 'js',
  javascriptreact: 'jsx',
};

/** A file that TypeScript's language service knows, by itself. */
export interface TypescriptFile {
  readonly name: string;
  readonly source: ts.SourceFile;
  readonly service: ts.LanguageService;
}

/** @returns undefined for other languages */
export function typescriptFile({ lang, text }: CorpusDocument): TypescriptFile | undefined {
  const extension = EXTENSION[lang];
  if (extension === undefined) return undefined;
  const name = `/text.${extension}`;
  const service = ts.createLanguageService({
    getCompilationSettings: () => ({
      noLib: true,
      noResolve: true,
      types: [],
      allowJs: true,
      target: ts.ScriptTarget.Latest,
      jsx: ts.JsxEmit.Preserve,
    }),
    getScriptFileNames: () => [name],
    getScriptVersion: () => '0',
    getScriptSnapshot: (file) => (file === name ? ts.ScriptSnapshot.fromString(text) : undefined),
    getCurrentDirectory: () => '/',
    getDefaultLibFileName: () => '/lib.d.ts',
    fileExists: (file) => file === name,
    readFile: (file) => (file === name ? text : undefined),
  });
  const source = service.getProgram()?.getSourceFile(name);
  return source && { name, source, service };
}

/** All nodes of a kind, in order. */
export function nodesOf<T extends ts.Node>(source: ts.SourceFile, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const look = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

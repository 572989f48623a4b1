import ts from 'typescript';

const EXTENSION: Readonly<Record<string, string>> = {
  typescript: 'ts',
  typescriptreact: 'tsx',
  javascript: 'js',
  javascriptreact: 'jsx',
};

/** Tells if TypeScript's own parser finds no fault in a text; undefined for other languages. */
export function isValidSyntax(lang: string, text: string): boolean | undefined {
  const extension = EXTENSION[lang];
  if (extension === undefined) return undefined;
  const fileName = `text.${extension}`;
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest);
  const program = ts.createProgram({
    rootNames: [fileName],
    options: { noLib: true, noResolve: true, types: [], allowJs: true, jsx: ts.JsxEmit.Preserve },
    host: {
      getSourceFile: (name) => (name === fileName ? source : undefined),
      getDefaultLibFileName: () => '',
      writeFile: () => undefined,
      getCurrentDirectory: () => '',
      getCanonicalFileName: (name) => name,
      useCaseSensitiveFileNames: () => true,
      getNewLine: () => '\n',
      fileExists: (name) => name === fileName,
      readFile: () => undefined,
    },
  });
  return program.getSyntacticDiagnostics(source).length === 0;
}

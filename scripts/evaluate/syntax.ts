import ts from 'typescript';
import { syntaxRuntime } from '../../src/cli/command-line/session';
import { damageOf } from '../../src/syntax/damage';
import { SyntaxTree } from '../../src/syntax/syntax-tree';

const EXTENSION: Readonly<Record<string, string>> = {
  typescript: 'ts',
  typescriptreact: 'tsx',
  javascript: 'js',
  javascriptreact: 'jsx',
};

const RUNTIME = syntaxRuntime();

/**
 * Tells if a parser finds no fault in a text: TypeScript's own, which is stricter, or the grammar of another language;
 * undefined where there is none.
 *
 * @param lang VS Code's language id
 */
export async function isValidSyntax(lang: string, text: string): Promise<boolean | undefined> {
  const extension = EXTENSION[lang];
  if (extension !== undefined) return isValidForTypeScript(extension, text);
  using tree = await SyntaxTree.read(RUNTIME, { languageId: lang }, text);
  return tree && damageOf(tree) === 0;
}

function isValidForTypeScript(extension: string, text: string): boolean {
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

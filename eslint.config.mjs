import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import perfectionist from 'eslint-plugin-perfectionist';
import tseslint from 'typescript-eslint';

/** Calls that make a function. */
const MAKERS = /^(?:createRequire|defineFused|promisify|randomScript|serve)$/;
const IS_NO_FUNCTION =
  ':not([init.type=/FunctionExpression$/])' +
  [`callee.name=${MAKERS}`, `callee.property.name=${MAKERS}`].map((made) => `:not([init.${made}])`).join('');

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'out/',
      'artifacts/',
      '.vscode-host/',
      '.vscode-test/',
      '.cache/',
      'models/',
      'samples/',
    ],
  },
  js.configs.recommended,
  // Those of its rules that ask for types are in .oxlintrc.json.
  ...tseslint.configs.strict,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Whoever leaves a field out names it.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      // Index access in numeric loops is bounded by the loop; noUncheckedIndexedAccess asks for `!` there.
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-exports': [
        'error',
        { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true } },
      ],
    },
  },
  {
    // From far to near: Node, packages, what lies above, what lies beside. Within each, as one likes to read it.
    plugins: { perfectionist },
    rules: {
      'perfectionist/sort-imports': [
        'error',
        {
          type: 'unsorted',
          groups: ['builtin', 'external', 'parent', ['sibling', 'index']],
          newlinesBetween: 'ignore',
        },
      ],
    },
  },
  {
    // A name says what it is: constants of a module in capitals, what can be called in camel case and declared.
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'variable', modifiers: ['global', 'const'], format: ['UPPER_CASE', 'camelCase'] },
        { selector: 'variable', modifiers: ['global', 'const', 'destructured'], format: null },
        { selector: 'function', format: ['camelCase'] },
        { selector: 'typeLike', format: ['PascalCase'] },
      ],
      'func-style': ['error', 'declaration', { allowArrowFunctions: true }],
      'no-restricted-syntax': [
        'error',
        ...['Program', 'ExportNamedDeclaration'].flatMap((parent) => [
          {
            selector: `${parent} > VariableDeclaration > VariableDeclarator[init.type=ArrowFunctionExpression]:not([id.typeAnnotation])`,
            message: 'Declare it as a function.',
          },
          {
            selector: `${parent} > VariableDeclaration[kind=const][declare!=true] > VariableDeclarator[id.name=/^[a-z]/]${IS_NO_FUNCTION}`,
            message: 'Only what can be called has a name in camel case: constants are in capitals.',
          },
        ]),
      ],
    },
  },
  {
    // Schemas are named as the types that they describe.
    files: ['src/demo/**/*.ts'],
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'variable',
          modifiers: ['global', 'const'],
          format: ['UPPER_CASE', 'camelCase', 'PascalCase'],
        },
        { selector: 'function', format: ['camelCase'] },
        { selector: 'typeLike', format: ['PascalCase'] },
      ],
    },
  },
  // What is declared of others' code has their names.
  {
    files: ['**/*.d.ts', 'src/web/engine-worker.ts'],
    rules: { '@typescript-eslint/naming-convention': 'off' },
  },
  {
    // The engine runs in a child process, the CLI and the trainer: it must never need an editor.
    files: [
      'src/engine/**/*.ts',
      'src/cli/**/*.ts',
      'src/demo/**/*.ts',
      'src/display/**/*.ts',
      'src/serve/**/*.ts',
    ],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [{ name: 'vscode', message: 'only src/editor and src/web may import vscode' }] },
      ],
    },
  },
  {
    files: ['src/engine/diffusion/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: ['vscode', 'onnxruntime-node'], patterns: ['../model/*', '../text/*', '../process/*'] },
      ],
    },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
  prettier,
);

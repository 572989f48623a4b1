// npm run lint: which room may import which. docs/architecture.md says it in words.
// Type-only imports count (tsPreCompilationDeps): a circle tied by types alone is still one idea in two files.
const DOORS = '^src/engine/(index|node|web|training|import)\\.ts$';

/** A rule that forbids arrows from one set of files to another. */
function forbid(name, comment, from, to) {
  return { name, severity: 'error', comment, from, to };
}

export default {
  forbidden: [
    forbid(
      'no-circles',
      'Two files that import each other are one; cut what both need out.',
      {},
      { circular: true },
    ),
    forbid(
      'vscode-in-editor-and-web',
      'The engine and the command line run where no editor is.',
      { path: '^(src|scripts)/', pathNot: '^src/(editor/|web/|extension\\.ts$)' },
      { path: '^vscode$' },
    ),
    forbid(
      'engine-knows-nobody',
      'The engine is below editor, command line, demo and scripts.',
      { path: '^src/engine/' },
      { path: '^(src/(?!engine/)|scripts/|test/)' },
    ),
    forbid(
      'by-the-doors',
      'Editor, command line, demo and scripts enter the engine by its doors.',
      { path: '^(src/(?!engine/)|scripts/)' },
      { path: '^src/engine/', pathNot: DOORS },
    ),
    forbid(
      'contract-below-everything',
      'What crosses the door depends on nothing inside.',
      { path: '^src/engine/contract/' },
      { path: '^src/', pathNot: '^src/engine/contract/' },
    ),
    forbid(
      'text-knows-no-bundle',
      'The text room is used by training and by requests alike.',
      { path: '^src/engine/text/' },
      { path: '^src/engine/', pathNot: '^src/engine/(text|contract)/' },
    ),
    forbid(
      'diffusion-knows-no-model',
      'The reverse process is pure.',
      { path: '^src/engine/diffusion/' },
      { path: '^src/engine/', pathNot: '^src/engine/(diffusion|contract)/' },
    ),
    forbid(
      'diffusion-knows-no-library',
      'The reverse process is pure.',
      { path: '^src/engine/diffusion/' },
      { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'core'] },
    ),
    forbid(
      'model-knows-no-request',
      'A predictor answers rows, whoever asks.',
      { path: '^src/engine/model/' },
      { path: '^src/engine/(requests|process)/' },
    ),
    forbid(
      'requests-know-no-process',
      'Requests run wherever the model is.',
      { path: '^src/engine/requests/' },
      { path: '^src/engine/process/' },
    ),
    forbid(
      'syntax-stands-alone',
      'Editor and command line share it.',
      { path: '^src/syntax/' },
      { path: '^(src/(?!syntax/)|vscode$)' },
    ),
    forbid(
      'completions-know-syntax-alone',
      'Editor and command line judge completions alike.',
      { path: '^src/completions/' },
      { path: '^(src/(?!completions/|syntax/)|vscode$)' },
    ),
    forbid(
      'context-stands-alone',
      'Editor and evaluation put the same in front.',
      { path: '^src/context/' },
      { path: '^(src/(?!context/)|vscode$)' },
    ),
    forbid(
      'next-edit-knows-syntax-alone',
      'Editor and measurement propose alike, with a model or without.',
      { path: '^src/next-edit/' },
      { path: '^(src/(?!next-edit/|syntax/)|vscode$)' },
    ),
    forbid(
      'display-stands-alone',
      'What people are shown needs no engine.',
      { path: '^src/display/' },
      { path: '^src/(?!display/)' },
    ),
    forbid(
      'command-line-below-commands',
      'What every command shares knows no command.',
      { path: '^src/cli/command-line/' },
      { path: '^src/cli/(?!command-line/)' },
    ),
    forbid(
      'editor-stays-in-the-editor',
      'Nothing but the entries and tests imports the editor.',
      { path: '^src/', pathNot: '^src/(editor/|web/|extension\\.ts$)' },
      { path: '^src/editor/' },
    ),
    forbid(
      'shared-below-the-editor',
      "What the editor's rooms share knows none of them.",
      { path: '^src/editor/shared/' },
      { path: '^src/editor/(?!shared/)' },
    ),
    forbid(
      'no-script-in-src',
      'What ships needs no script.',
      { path: '^src/' },
      { path: '^(scripts|test)/' },
    ),
    forbid('no-test-in-scripts', 'A script runs without tests.', { path: '^scripts/' }, { path: '^test/' }),
    forbid(
      'operations-below-training',
      'An operation knows backend and other operations, no network and no run.',
      { path: '^scripts/train/ops/' },
      { path: '^scripts/train/(?!ops/|backend/)' },
    ),
    forbid(
      'backend-below-operations',
      'A backend knows no operation.',
      { path: '^scripts/train/backend/' },
      { path: '^scripts/train/(?!backend/)' },
    ),
    forbid(
      'resolvable',
      'An import must lead somewhere.',
      { path: '^(src|scripts|test)/' },
      {
        couldNotResolve: true,
        pathNot: '^(vscode|@tensorflow/tfjs-node(-gpu)?)$',
      },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'types'],
    },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|artifacts|samples)/' },
    cache: { folder: '.cache/dependency-cruiser', strategy: 'content' },
  },
};

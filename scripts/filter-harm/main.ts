/**
 * npm run filter-harm -- [FOLDER…]: what the filters do to right completions. The true rest of lines of each language
 * goes through them as if a model had written it and the user had asked for it; nothing may be changed then. Without a
 * folder the installed packages are read.
 */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { completionToShow } from '../../src/completions/completion-to-show';
import { filesBelow } from '../../src/syntax/node-files';
import { Runtime } from '../../src/syntax/runtime';
import { SyntaxTree } from '../../src/syntax/syntax-tree';
import { ROOT } from '../setup/paths';
import { drawLines, filesByGrammar, type CutLine } from './draw-lines';

interface Options {
  readonly lines: string;
  readonly seed: string;
  readonly show?: true;
}

const RUNTIME = new Runtime(filesBelow(ROOT));

/** The completion shown instead of the rest of a line; undefined where it is that rest, blanks at its end aside. */
async function changedTo({ path, prefix, rest, suffix }: CutLine): Promise<string | undefined> {
  using tree = await SyntaxTree.read(RUNTIME, { path }, prefix + suffix);
  const { text, dropped } = await completionToShow({ prefix, suffix, text: rest, asked: true }, tree);
  return text.trimEnd() === rest.trimEnd() ? undefined : (dropped ?? text);
}

async function measure(folders: readonly string[], { lines, seed, show }: Options): Promise<void> {
  const given = folders.length > 0 ? folders : [resolve(ROOT, 'node_modules'), resolve(ROOT, 'src')];
  const from = process.env['INIT_CWD'] ?? process.cwd();
  const files = filesByGrammar(given.map((folder) => resolve(from, folder)));
  console.log('language     files  lines  changed     %  ms a line');
  let all = 0;
  let allChanged = 0;
  for (const [grammar, paths] of [...files].sort()) {
    const start = performance.now();
    let count = 0;
    let changed = 0;
    for (const line of drawLines(paths, Number(lines), Number(seed))) {
      const to = await changedTo(line);
      count++;
      if (to === undefined) continue;
      changed++;
      if (show)
        console.log(
          `  ${line.path}: ${JSON.stringify(line.prefix.slice(-60))} ‸ ${JSON.stringify([line.rest, to])}`,
        );
    }
    const ms = (performance.now() - start) / count;
    const cells = [paths.length, count, changed, ((100 * changed) / count).toFixed(2), ms.toFixed(1)];
    console.log(grammar.padEnd(11) + cells.map((cell) => String(cell).padStart(7)).join(''));
    all += count;
    allChanged += changed;
  }
  console.log(`${allChanged} of ${all} lines changed: ${((100 * allChanged) / all).toFixed(2)} %`);
}

void new Command('filter-harm')
  .argument('[folders...]', 'folders of sources')
  .option('--lines <count>', 'lines of each language', '1000')
  .option('--seed <number>', 'which lines', '1')
  .option('--show', 'print each line that is changed')
  .action(measure)
  .parseAsync();

import { Command } from 'commander';
import { exitCodeOf } from '../cli/command-line/exit-code';
import { addModelOptions, countFrom, userPath } from '../cli/command-line/options';
import { PLACES_ON_WEBGPU, USUAL_LIMITS, USUALLY_KEPT } from './limits';
import { serveFills, type ServeOptions } from './serve-command';

function program(signal: AbortSignal): Command {
  const list = (value: string, before: readonly string[] = []): string[] => [...before, ...value.split(',')];
  return addModelOptions(
    new Command('llada serve').description('Serve fills to editors and clusters over HTTP.').exitOverride(),
  )
    .option('--host <address>', 'where to listen; other than loopback only with a token', '127.0.0.1')
    .option('--port <port>', '0 takes a free one', countFrom(0), 8123)
    .option('--token-file <file>', 'secrets that clients must send, one a line', userPath)
    .option('--allow-host <name>', 'a name under which the server may be asked; may be repeated', list)
    .option('--allow-origin <origin>', 'a web page that may ask, as in https://ide.example.org', list)
    .option('--model-name <name>', 'the id that clients see (default: the bundle’s name)')
    .option('--threads <count>', 'of the CPU (default: all cores)', countFrom(1))
    .option('--max-tokens <count>', 'most tokens of one hole', countFrom(1), USUAL_LIMITS.tokens)
    .option(
      '--running <count>',
      `fills at once (default: ${PLACES_ON_WEBGPU.atOnce} on WebGPU; else one, and another beside a long one)`,
      countFrom(1),
    )
    .option('--kept <count>', 'contexts kept for editors that type', countFrom(0), USUALLY_KEPT)
    .option('--queue <count>', 'fills that wait; more are refused', countFrom(0), USUAL_LIMITS.waiting)
    .option('--time-limit <seconds>', 'for one fill', countFrom(1), USUAL_LIMITS.fillMs / 1000)
    .option('--grace <seconds>', 'to finish what runs after SIGTERM', countFrom(0), 25)
    .option('--no-log', 'log no requests')
    .action((options: ServeOptions) => serveFills(options, signal));
}

// An engine that is still being loaded would keep this process; its own process ends with this one.
void exitCodeOf((signal) => program(signal).parseAsync(process.argv)).then((exitCode) =>
  process.exit(exitCode),
);

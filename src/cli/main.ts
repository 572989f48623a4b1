import { exitCodeOf } from './command-line/exit-code';
import { program } from './program';

void exitCodeOf((signal) => program(signal).parseAsync(process.argv)).then(
  (exitCode) => (process.exitCode = exitCode),
);

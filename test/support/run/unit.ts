// npm run test:unit -- [words…] [--grep PATTERN]: test/unit/**/*.test.ts in this Node.
import { finish, settle } from './counts';
import { runMocha } from './mocha-run';
import { selectTests } from './selection';

const { files, grep } = selectTests('test/unit', process.argv);

runMocha(files, { timeout: 20_000, ...(grep && { grep }) }).then(
  (counts) => finish(settle(counts, true)),
  (error: unknown) => {
    console.error(error);
    finish(settle(undefined, false));
  },
);

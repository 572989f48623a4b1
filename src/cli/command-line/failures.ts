/** A failure the user can do something about: its message is all that is shown. */
export class CliError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** The command line itself is wrong. */
export class UsageError extends CliError {
  constructor(message: string) {
    super(message, 2);
  }
}

/** The user, or the reader of our output, wants no more: nothing is said about it. */
export class Interruption extends Error {
  constructor(readonly exitCode: number) {
    super('Interrupted.');
  }
}

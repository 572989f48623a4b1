/** Moving commands forward in a recorded list, as far as the data allows. */

/** A command's data, by whatever holds them: all that it is bound to, and of these what it writes. */
export interface Access {
  readonly bound: ReadonlySet<object>;
  readonly written: ReadonlySet<object>;
}

/** Tells if two commands that follow one another may change places. */
function independent(a: Access, b: Access): boolean {
  return !touches(a.bound, b.written) && !touches(b.bound, a.written);
}

function touches(some: ReadonlySet<object>, others: ReadonlySet<object>): boolean {
  for (const one of others) if (some.has(one)) return true;
  return false;
}

/**
 * Moves the last command that writes to each of `wanted` to the earliest place where it computes the same, so that these
 * data are final early: sums over several batches else come after the last batch's whole backward pass.
 *
 * @param commands is reordered in place
 * @returns for each of `wanted` the number of the command after which it is final; −1 if none writes to it
 */
export function hoist(commands: Access[], wanted: readonly object[]): number[] {
  const last = wanted.map((data) => commands.findLast(({ written }) => written.has(data)));
  for (const command of last) {
    if (command === undefined) continue;
    const from = commands.indexOf(command);
    let to = from;
    while (to > 0 && independent(commands[to - 1]!, command)) to--;
    commands.splice(from, 1);
    commands.splice(to, 0, command);
  }
  return last.map((command) => (command === undefined ? -1 : commands.indexOf(command)));
}

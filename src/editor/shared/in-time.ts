/**
 * What a language service finds, if it does so in time; undefined if it does not.
 *
 * @throws what the service throws in time
 */
export async function inTime<T>(found: Thenable<T>, patienceMs: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>(
    (resolve) => (timer = setTimeout(() => resolve(undefined), patienceMs)),
  );
  try {
    return await Promise.race([found, late]);
  } finally {
    clearTimeout(timer);
  }
}

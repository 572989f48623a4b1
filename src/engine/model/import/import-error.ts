import { EngineError } from '../../contract/errors';

/**
 * A checkpoint that is not imported.
 *
 * @param file as the user knows it: its name in the checkpoint's folder
 * @param what is wrong, with the field or the tensor
 * @param advice what to do, as sentences
 */
export function refusal(file: string, what: string, advice: string): EngineError {
  return new EngineError('import-refused', `${file}: ${what.replace(/\.$/, '')}. ${advice}`);
}

/** The advice that helps with most files that are not as they should be. */
export const GET_AGAIN = 'Get the file again.';

/** Text of somebody else's for a line of config.json and for people: without control characters, cut short. */
export function oneLine(text: string): string {
  return text
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 200);
}

/** A value in a message: as JSON, on one line, cut short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/**
 * Stands for Node's `url` in the worker's bundle. tree-sitter's runtime asks it for the address of its own script as soon as
 * it is loaded, and reads nothing from there: it is handed its bytes.
 *
 * @returns the address of the worker's script
 */
export function pathToFileURL(): URL {
  return new URL(self.location.href);
}

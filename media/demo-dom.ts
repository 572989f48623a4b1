/** The element of the page with this id; the page and its script are made for each other. */
export function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`The page has no ${type.name} “${id}”.`);
  return element;
}

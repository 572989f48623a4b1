import { isWordCharacter, type Proposal } from './edit';
import { isDone, type Situation } from './situation';

const MOST_PLACES = 60;

/** All other places of what the user has changed twice in the same way, where it is the same kind of text. */
export function repeatedChange(situation: Situation): Proposal[] {
  const { tree, edit, after, done } = situation;
  const { before } = edit;
  if (
    done.filter(({ isAccepted }) => !isAccepted).length < 2 ||
    before.trim().length < 2 ||
    before.includes('\n')
  )
    return [];
  const { root, text } = tree;
  // What stands there now is of the same kind as what stood there.
  const kind = kindAt(edit.start, edit.end);
  const proposals: Proposal[] = [];
  for (let at = text.indexOf(before); at >= 0; at = text.indexOf(before, at + before.length)) {
    const end = at + before.length;
    const isWhole =
      !(isWordCharacter(before[0]) && isWordCharacter(text[at - 1])) &&
      !(isWordCharacter(before.at(-1)) && isWordCharacter(text[end]));
    if (isWhole && !isDone(situation, at) && kindAt(at, end) === kind)
      proposals.push({ start: at, end, text: after, rule: 'repeated' });
  }
  return proposals.length > MOST_PLACES ? [] : proposals;

  function kindAt(start: number, end: number): string {
    const node = root.descendantForIndex(start, Math.max(start, end - 1));
    return `${node?.parent?.type ?? ''} ${node?.type ?? ''}`;
  }
}

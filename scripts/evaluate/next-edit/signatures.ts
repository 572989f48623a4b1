import ts from 'typescript';
import { grouped, shuffled, wordPlaces, type Subject } from './rule';
import type { FoundChange, Replacement } from './task';
import { nodesOf, typescriptFile } from './typescript-file';

/**
 * A function gets a parameter that its calls pass already: both are taken away first. Without consequence: one that no
 * call must pass, or no call of the file passes.
 */
export function addArgument({ document, random }: Subject, hasConsequence: boolean): FoundChange | undefined {
  const file = typescriptFile(document);
  if (!file) return undefined;
  const { source } = file;
  const functions = nodesOf(
    source,
    (node): node is ts.FunctionDeclaration | ts.MethodDeclaration =>
      (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) && !!node.body && !!node.name,
  );
  const names = nodesOf(source, ts.isIdentifier);
  for (const made of shuffled(functions, random)) {
    const { parameters } = made;
    const name = made.name!.getText(source);
    const index = random.integer(Math.max(1, parameters.length));
    const parameter = parameters[index];
    if (!parameter || parameter.dotDotDotToken) continue;
    const isOptional = !!parameter.questionToken || !!parameter.initializer;
    const calls = names
      .filter((node) => node.text === name && node !== made.name)
      .map((node) => callOf(node))
      .filter((call) => call !== undefined);
    const passing = calls.filter((call) => call.arguments.length === parameters.length);
    if (calls.some((call) => call.arguments.some(ts.isSpreadElement)) || calls.length > 12) continue;
    const isConsequence = !isOptional && passing.length > 0 && passing.length === calls.length;
    const hasNone = isOptional && passing.length === 0;
    if (hasConsequence ? !isConsequence : !hasNone) continue;
    const added = itemAt(document.text, parameters, index, source);
    const rest = hasConsequence
      ? passing.map((call) => itemAt(document.text, call.arguments, index, source))
      : [];
    if (rest.some((part) => part.start < added.end && part.end > added.start) || isNested(rest)) continue;
    return withoutFirst(document.text, added, rest);
  }
  return undefined;
}

function callOf(name: ts.Identifier): ts.CallExpression | undefined {
  const callee = ts.isPropertyAccessExpression(name.parent) && name.parent.name === name ? name.parent : name;
  return ts.isCallExpression(callee.parent) && callee.parent.expression === callee
    ? callee.parent
    : undefined;
}

/** A parameter or argument with the comma that goes with it. */
function itemAt(
  text: string,
  items: ts.NodeArray<ts.Node>,
  index: number,
  source: ts.SourceFile,
): Replacement {
  const item = items[index]!;
  const before = items[index - 1];
  const start = before ? before.getEnd() : item.getStart(source);
  const end = before ? item.getEnd() : (items[index + 1]?.getStart(source) ?? item.getEnd());
  return { start, end, text: text.slice(start, end) };
}

function isNested(parts: readonly Replacement[]): boolean {
  return parts.some((one) =>
    parts.some((other) => one !== other && one.start < other.end && one.end > other.start),
  );
}

/** The text as it was before the parts were written, and writing them as the change. */
function withoutFirst(text: string, first: Replacement, rest: readonly Replacement[]): FoundChange {
  const sorted = [first, ...rest].toSorted((a, b) => a.start - b.start);
  let removed = 0;
  let shorter = '';
  let at = 0;
  const moved = new Map<Replacement, Replacement>();
  for (const part of sorted) {
    shorter += text.slice(at, part.start);
    moved.set(part, { start: part.start - removed, end: part.start - removed, text: part.text });
    removed += part.end - part.start;
    at = part.end;
  }
  return {
    text: shorter + text.slice(at),
    first: moved.get(first)!,
    rest: rest.map((part) => moved.get(part)!),
  };
}

/** The type of a name that is annotated in several places alike; without consequence: in one. */
export function changeType({ document, random }: Subject, hasConsequence: boolean): FoundChange | undefined {
  const annotated = annotations(document.text, document.lang, document);
  const byName = grouped(annotated, ({ name, type }) => `${name} ${type}`);
  const others = [...new Set(annotated.map(({ type }) => type))];
  for (const group of shuffled([...byName.values()], random)) {
    const [first, ...rest] = group;
    if (!first || (hasConsequence ? rest.length < 1 || rest.length > 12 : rest.length > 0)) continue;
    // Without consequence although the same type stands elsewhere.
    if (!hasConsequence && wordPlaces(document.text, first.type).length < 2) continue;
    const other = shuffled(others, random).find((type) => type !== first.type);
    if (other === undefined) continue;
    const change = ({ start, type }: AnnotatedName): Replacement => ({
      start,
      end: start + type.length,
      text: other,
    });
    return { text: document.text, first: change(first), rest: rest.map(change) };
  }
  return undefined;
}

interface AnnotatedName {
  readonly name: string;
  readonly type: string;
  /** Where the type begins. */
  readonly start: number;
}

function annotations(text: string, lang: string, document: Subject['document']): AnnotatedName[] {
  if (lang === 'java')
    return [
      ...text.matchAll(
        /(?<=[(,]\s*(?:final )?|^\s+(?:private |final |protected )*)([A-Z]\w+|int|long|boolean) (\w+)(?=\s*[,;)=:])/gm,
      ),
    ].map(({ 1: type, 2: name, index }) => ({ type: type!, name: name!, start: index }));
  if (!lang.startsWith('typescript')) return [];
  const { source } = typescriptFile(document)!;
  const declared = nodesOf(
    source,
    (
      node,
    ): node is
      | ts.ParameterDeclaration
      | ts.PropertySignature
      | ts.PropertyDeclaration
      | ts.VariableDeclaration =>
      ts.isParameter(node) ||
      ts.isPropertySignature(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isVariableDeclaration(node),
  );
  return declared.flatMap(({ name, type }): AnnotatedName[] => {
    const written = type?.getText(source);
    if (!type || !written || !ts.isIdentifier(name) || !/^[A-Za-z]\w+$/.test(written)) return [];
    return [{ name: name.text, type: written, start: type.getStart(source) }];
  });
}

import ts from 'typescript';
import { functionAt } from '../../../src/syntax/functions';
import { textAt } from '../../../src/syntax/text-at';
import { shuffled, wordPlaces, type Subject } from './rule';
import type { FoundChange } from './task';
import { nodesOf, typescriptFile, type TypescriptFile } from './typescript-file';

const MOST_PLACES = 25;
/** Names that are tried in one file. */
const TRIES = 12;

/** A local is renamed where it is declared; without consequence: where it is used another one of the file is used. */
export function renameLocal(subject: Subject, hasConsequence: boolean): FoundChange | undefined {
  if (!hasConsequence) return otherName(subject, false);
  const file = typescriptFile(subject.document);
  return file ? byLanguageService(subject, file, isLocal) : inFunction(subject);
}

/** As `renameLocal`, of members. */
export function renameMember(subject: Subject, hasConsequence: boolean): FoundChange | undefined {
  if (!hasConsequence) return otherName(subject, true);
  const file = typescriptFile(subject.document);
  return file ? byLanguageService(subject, file, isMember) : ofPrivateField(subject);
}

function isLocal(name: ts.Identifier): boolean {
  const { parent } = name;
  return (
    (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isFunctionDeclaration(parent)) &&
    parent.name === name
  );
}

function isMember(name: ts.Identifier): boolean {
  const { parent } = name;
  return (
    (ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodSignature(parent)) &&
    parent.name === name
  );
}

/** The places that TypeScript's own renaming would change. */
function byLanguageService(
  { document: { text }, random, newName }: Subject,
  { name: file, source, service }: TypescriptFile,
  isWanted: (name: ts.Identifier) => boolean,
): FoundChange | undefined {
  const names = nodesOf(source, ts.isIdentifier).filter(isWanted);
  for (const name of shuffled(names, random).slice(0, TRIES)) {
    const start = name.getStart(source);
    const places = service.findRenameLocations(file, start, false, false, {
      providePrefixAndSuffixTextForRename: true,
    });
    if (!places || places.length < 2 || places.length > MOST_PLACES || name.text.length < 2) continue;
    const to = newName(name.text);
    const all = places.map(({ textSpan, prefixText = '', suffixText = '' }) => ({
      start: textSpan.start,
      end: textSpan.start + textSpan.length,
      text: prefixText + to + suffixText,
    }));
    const first = all.find((place) => place.start === start);
    if (first?.text === to) return { text, first, rest: all.filter((place) => place !== first) };
  }
  return undefined;
}

/** In languages without a language service: a parameter or variable that no place of its function uses otherwise. */
function inFunction({ document: { text }, tree, random, newName }: Subject): FoundChange | undefined {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = functionAt(tree, random.integer(text.length));
    if (!found) continue;
    const { start, end } = found.whole;
    // What its comment says of parameters is a matter of taste.
    if (/@param[^{}]*$/.test(text.slice(0, start))) continue;
    const content = text.slice(start, end);
    const names = [
      ...content.matchAll(
        /(?<=[(,]\s*[\w<>[\], *&]*\b|^\s+(?:final )?[\w<>[\]]+ )([a-z_]\w+)(?=\s*(?:[,)=]|:=))/gm,
      ),
    ];
    const name = names[random.integer(Math.max(1, names.length))]?.[0];
    if (name === undefined) continue;
    const places = wordPlaces(content, name).map((at) => start + at);
    const isClear = places.every(
      (at) =>
        textAt(tree, at + 1) === 'code' &&
        !/[.>:]$/.test(text.slice(0, at).trimEnd().slice(-1)) &&
        !/^\s*[=:(](?!=)/.test(at === places[0] ? '' : text.slice(at + name.length, at + name.length + 3)),
    );
    if (!isClear || places.length < 2 || places.length > MOST_PLACES) continue;
    const to = newName(name);
    const all = places.map((at) => ({ start: at, end: at + name.length, text: to }));
    return { text, first: all[0]!, rest: all.slice(1) };
  }
  return undefined;
}

/** In Java: a private field whose name nothing else of the file has. */
function ofPrivateField({
  document: { text, lang },
  tree,
  random,
  newName,
}: Subject): FoundChange | undefined {
  if (lang !== 'java') return undefined;
  const fields = [...text.matchAll(/\bprivate (?:static |final |volatile )*[\w<>[\], ]+ (\w+)(?=\s*[;=])/g)];
  for (const field of shuffled(fields, random).slice(0, TRIES)) {
    const name = field[1]!;
    const first = field.index + field[0].length - name.length;
    const places = wordPlaces(text, name).filter((at) => textAt(tree, at + 1) === 'code');
    const isAlone = places.every(
      (at) =>
        at === first || !/(?<!\b(?:return|throw|case|else|instanceof))[\w>\]] +$/.test(text.slice(0, at)),
    );
    if (!isAlone || places.length < 2 || places.length > MOST_PLACES) continue;
    const to = newName(name);
    const all = places.map((at) => ({ start: at, end: at + name.length, text: to }));
    return {
      text,
      first: all.find(({ start }) => start === first)!,
      rest: all.filter(({ start }) => start !== first),
    };
  }
  return undefined;
}

/** A use gets another name of the file. */
function otherName(
  { document: { text }, tree, random }: Subject,
  isOfMember: boolean,
): FoundChange | undefined {
  const uses = [...text.matchAll(/(?<![\w$])[a-zA-Z_$][\w$]{2,}(?![\w$])/g)].filter(
    ({ 0: word, index }) =>
      (text[index - 1] === '.') === isOfMember &&
      /^[\s)\].,;(]/.test(text.slice(index + word.length)) &&
      textAt(tree, index + 1) === 'code',
  );
  for (let tries = 0; tries < TRIES && uses.length > 1; tries++) {
    const use = uses[random.integer(uses.length)]!;
    const other = uses[random.integer(uses.length)]![0];
    // Something that stands there once could change without anybody seeing it elsewhere.
    if (other === use[0] || wordPlaces(text, use[0]).length < 2 || isDeclaredAt(text, use.index)) continue;
    return { text, first: { start: use.index, end: use.index + use[0].length, text: other }, rest: [] };
  }
  return undefined;
}

function isDeclaredAt(text: string, at: number): boolean {
  // A parameter: what closes the brackets is followed by a body.
  if (/^[^()]*\)\s*(?::[^=;{]*)?(?:=>|\{|->)/.test(text.slice(at, at + 400))) return true;
  return /(?:\b(?:const|let|var|function|class|def|fn|func|type|interface|import|struct|enum|[A-Z]\w*)|[>\]*]) +$/.test(
    text.slice(Math.max(0, at - 40), at),
  );
}

const NOTICE = /licen[sc]e|copyright|\(c\)|all rights reserved|spdx/i;
const SURE_NOTICE = /copyright|licensed under|spdx-licen|all rights reserved/i;
const BLOCK_COMMENT = /^\s*\/\*[\s\S]*?\*\/[ \t]*\n?/;
const LINE_COMMENTS = /^\s*(?:\/\/[^\n]*\n)+/;
const MARKUP_COMMENT = /^\s*<!--[\s\S]*?-->[ \t]*\n?/;
const HASH_COMMENTS = /^\s*(?:#(?!!|include|define|if|pragma)[^\n]*\n)+/;

/** Removes the comments at the top that only carry a licence or copyright notice: every file of a package repeats them. */
export function stripLicenseHeader(text: string, language: string): string {
  const markdown = language === 'markdown';
  const comments = [BLOCK_COMMENT, LINE_COMMENTS, MARKUP_COMMENT, ...(markdown ? [] : [HASH_COMMENTS])];
  let rest = text;
  for (let k = 0; k < 3; k++) {
    const comment = comments.map((form) => form.exec(rest)?.[0]).find((match) => match !== undefined);
    if (!comment || comment.length >= 6000 || !NOTICE.test(comment)) break;
    rest = rest.slice(comment.length);
  }
  if (!markdown && NOTICE.test(rest.slice(0, 3000))) rest = stripLaterNotice(rest);
  return rest.replace(/^\s*\n/, '');
}

/** The same kind of notice a little further down, after hoisted imports, 'use strict' or a shebang. */
function stripLaterNotice(text: string): string {
  const head = text
    .slice(0, 5000)
    .replace(/\/\*[\s\S]{0,2500}?\*\/[ \t]*\n?/g, (comment) =>
      SURE_NOTICE.test(comment) && !/@param|@return/.test(comment) ? '' : comment,
    );
  return head + text.slice(5000);
}

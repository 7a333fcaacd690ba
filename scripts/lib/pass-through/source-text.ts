/**
 * HCL as its author wrote it. The parser (hcl2json) gives values but neither a type's layout nor a heredoc's, and these
 * are to be copied; so texts are cut out here, and `module-source.ts` compares the cuts with what the parser saw.
 */

/** A block or an attribute with the comments and blank lines before it. */
export interface Statement {
  /** Comments and blank lines before it. */
  readonly lead: string;
  /** Without the line break at its end. */
  readonly text: string;
  /** `variable "x"` of a block, `type` of an attribute. */
  readonly head: string;
}

const isTemplate = (text: string, at: number): boolean =>
  /^[$%]\{/.test(text.slice(at, at + 2)) && text[at - 1] !== text[at];

/** The end of the quoted text that begins at `at`. Templates in it may hold quoted texts of their own. */
const endOfQuoted = (text: string, at: number): number => {
  for (let here = at + 1; here < text.length;) {
    if (text[here] === '"') return here + 1;
    if (text[here] === "\\") here += 2;
    else if (isTemplate(text, here)) here = endOfGroup(text, here + 1);
    else here += 1;
  }
  throw new Error(`a quoted text has no end: ${text.slice(at, at + 40)}`);
};

/** The end of the heredoc whose mark begins at `at`, before the line break. */
const endOfHeredoc = (text: string, at: number, label: string): number => {
  const end = new RegExp(`\\n[ \\t]*${label}(?=\\r?\\n|$)`, "g");
  end.lastIndex = at;
  if (end.exec(text) === null) throw new Error(`a heredoc has no end: ${label}`);
  return end.lastIndex;
};

/** The end of what begins at `at` and is to be read as one: a comment, a quoted text, a heredoc, a group, a sign. */
const endOfToken = (text: string, at: number): number => {
  const comment = /(?:#|\/\/)[^\n]*|\/\*[\s\S]*?\*\//y;
  comment.lastIndex = at;
  if (comment.test(text)) return comment.lastIndex;
  const heredoc = /<<-?([\w-]+)(?=\r?\n)/y;
  heredoc.lastIndex = at;
  const [, label] = heredoc.exec(text) ?? [];
  if (label !== undefined) return endOfHeredoc(text, at, label);
  if (text[at] === '"') return endOfQuoted(text, at);
  return "([{".includes(text[at] ?? " ") ? endOfGroup(text, at) : at + 1;
};

/** The end of the group whose opening bracket is at `at`. */
const endOfGroup = (text: string, at: number): number => {
  for (let here = at + 1; here < text.length; here = endOfToken(text, here))
    if (")]}".includes(text[here] ?? " ")) return here + 1;
  throw new Error(`a bracket has no end: ${text.slice(at, at + 40)}`);
};

/** The text cut at the line breaks that are in no bracket, comment or heredoc. */
const logicalLines = (text: string): string[] => {
  const lines: string[] = [];
  let from = 0;
  for (let here = 0; here < text.length; here = text[here] === "\n" ? here + 1 : endOfToken(text, here)) {
    if (text[here] !== "\n") continue;
    lines.push(text.slice(from, here));
    from = here + 1;
  }
  return [...lines, text.slice(from)];
};

/** The statements of a file, or of a block's body. Comments after the last one are left out. */
export const statementsOf = (text: string): Statement[] => {
  const statements: Statement[] = [];
  let lead = "";
  for (const line of logicalLines(text)) {
    const head = /^\s*([\w-]+(?:[ \t]+"[^"]*")*)/.exec(line)?.[1];
    if (head === undefined) {
      lead += `${line}\n`;
    } else {
      statements.push({ lead, text: line, head });
      lead = "";
    }
  }
  return statements;
};

/** What stands between the braces of a block. */
export const bodyOf = (block: string): string => block.slice(block.indexOf("{") + 1, block.lastIndexOf("}"));

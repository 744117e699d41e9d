import ts from "typescript";
import type { Shown } from "./forbidden.js";

/**
 * isCode tells a name for programs from words for people: it is one word, and has a dot, a
 * slash, a colon or an underscore within it, or a capital after a small letter. Method names,
 * setting keys, command ids, problem codes, addresses and context keys all have that form.
 */
export function isCode(text: string): boolean {
  return /^\S+$/u.test(text) && (/\w[./:_]+\w|^[/.]\w/u.test(text) || /[a-z][A-Z]/u.test(text));
}

/**
 * mayShow tells that a source is worth parsing, which takes long: a line of code has a word in
 * it and a quote, or there is a template of several lines.
 */
export function mayShow(content: string, word: RegExp): boolean {
  return content.split("\n").some((line) => {
    const comment = /^\s*(?:\*|\/\/|\/\*\*)/u.test(line);
    const oddTicks = line.split("`").length % 2 === 0;
    return !comment && (oddTicks || (/["'`]/u.test(line) && word.test(line)));
  });
}

/** shownBySource returns the texts in TypeScript that can reach a screen. */
export function shownBySource(file: string, content: string): Shown[] {
  if (content.startsWith("// Code generated")) return []; // the wire's names and its examples
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.ES2023, true);
  const found: Shown[] = [];
  const visit = (node: ts.Node): void => {
    const text = textOf(node);
    if (text !== undefined && !isCode(text) && !isForPrograms(node)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ file, line, text });
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

/** textOf is what a literal or a template says; what a template puts in is a "…". */
function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join("…");
}

/** isForPrograms tells by its place in the code that a literal is not shown. */
function isForPrograms(node: ts.Node): boolean {
  const { parent } = node;
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isLiteralTypeNode(parent) ||
    ts.isCaseClause(parent) ||
    (ts.isBinaryExpression(parent) && isComparison(parent.operatorToken.kind)) ||
    (ts.isElementAccessExpression(parent) && parent.argumentExpression === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node)
  );
}

function isComparison(kind: ts.SyntaxKind): boolean {
  return (
    kind === ts.SyntaxKind.EqualsEqualsEqualsToken ||
    kind === ts.SyntaxKind.ExclamationEqualsEqualsToken ||
    kind === ts.SyntaxKind.InKeyword
  );
}

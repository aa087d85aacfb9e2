import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

export const ROOT = resolve(__dirname, '../..');

export interface NamedFunction {
  name: string;
  lines: number;
}

export interface Source {
  /** From the root of the repository. */
  path: string;
  lines: number;
  /** As they are written, such as `../transport/request`; imports of types too. */
  imports: string[];
  functions: NamedFunction[];
}

/** Reads one TypeScript file. */
export function readSource(path: string): Source {
  return parseSource(path, readFileSync(join(ROOT, path), 'utf8'));
}

/** What the text of a TypeScript file imports, and its functions. */
export function parseSource(path: string, text: string): Source {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const source: Source = { path, lines: text.split('\n').length - 1, imports: [], functions: [] };
  const visit = (node: ts.Node): void => {
    const imported = importOf(node);
    if (imported) source.imports.push(imported);
    if (isFunction(node)) source.functions.push({ name: nameOf(node), lines: linesOf(file, node) });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return source;
}

function importOf(node: ts.Node): string | undefined {
  const specifier = specifierOf(node);
  return specifier && ts.isStringLiteralLike(specifier) ? specifier.text : undefined;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node))
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  return ts.isCallExpression(node) && isLoad(node.expression) ? node.arguments[0] : undefined;
}

/** `import(…)` and `require(…)`. */
function isLoad(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

function isFunction(node: ts.Node): node is ts.FunctionLikeDeclaration {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

/** An arrow function has the name of what it is assigned to. */
function nameOf(node: ts.FunctionLikeDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const { parent } = node;
  const isAssigned = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent);
  return (node.name ?? (isAssigned ? parent.name : undefined))?.getText() ?? '(anonymous)';
}

function linesOf(file: ts.SourceFile, node: ts.Node): number {
  const lineAt = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  return lineAt(node.getEnd()) - lineAt(node.getStart(file)) + 1;
}

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '../..');

/** What is only known at run time. */
const GAP = '…';

/** The heading of messages about what was entered. */
const FIELDS = 'Data and fields';

/** Where a message comes from, and the heading under which a person looks for it. The first that fits counts. */
const HEADINGS: Array<[folder: RegExp, heading: string]> = [
  [/^credentials|\/transport\//, 'Connection, credential and server'],
  [/\/actions\/request\/start\//, 'Start a Request'],
  [/\/(waiting|callback)\/|waitParameters/, 'Waiting and callback'],
  [/\/trigger\//, 'ProcessMaker Trigger'],
  [/\/task\/|\/tasks\//, 'Tasks'],
  [/\/file\/|\/files\/|inputFiles/, 'Files'],
  [/\/process\/|\/processes\/|\/methods\/|processFinder/, 'Processes and lists'],
  [/\/user\/|\/users\//, 'Users'],
  [/\/actions\/request\/|\/requests\//, 'Requests'],
  [/\/input\/|\/forms\/|\/descriptions\//, FIELDS],
  [/./, 'Any operation'],
];

/** A message of the code: what happened, and what to do when the code says it in the same place. */
interface Message {
  what: string;
  advice: string;
}

interface Source {
  file: string;
  tree: ts.SourceFile;
}

/** A function that is given a message: the places of what happened and what to do among its arguments. */
type Signature = { what: number; advice: number };

function readSources(): Source[] {
  return ['credentials', 'nodes']
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => path.posix.join(folder, file)),
    )
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      return { file, tree: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) };
    });
}

function visitAll(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => visitAll(child, visit));
}

/** The constants of all files by their name; one that has two values is left out. */
function readConstants(sources: Source[]): Map<string, ts.Expression | undefined> {
  const constants = new Map<string, ts.Expression | undefined>();
  for (const { tree } of sources)
    visitAll(tree, (node) => {
      if (!ts.isVariableDeclaration(node) || !ts.isIdentifier(node.name) || !node.initializer) return;
      const name = node.name.text;
      constants.set(name, constants.has(name) ? undefined : node.initializer);
    });
  return constants;
}

/** The functions that have a parameter `message`, by their name. */
function readSignatures(sources: Source[]): Map<string, Signature> {
  const signatures = new Map<string, Signature>([
    ['UserError', { what: 0, advice: -1 }],
    ['OperationalError', { what: 0, advice: -1 }],
  ]);
  for (const { tree } of sources)
    visitAll(tree, (node) => {
      if (!ts.isFunctionDeclaration(node) || !node.name) return;
      const names = node.parameters.map(({ name }) => name.getText());
      if (names.includes('message'))
        signatures.set(node.name.text, {
          what: names.indexOf('message'),
          advice: names.indexOf('description'),
        });
    });
  return signatures;
}

/** The texts that an expression can be. */
function textsOf(
  node: ts.Expression | undefined,
  constants: Map<string, ts.Expression | undefined>,
): string[] {
  if (!node) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [node.head.text + node.templateSpans.map(({ literal }) => GAP + literal.text).join('')];
  if (ts.isConditionalExpression(node))
    return [...textsOf(node.whenTrue, constants), ...textsOf(node.whenFalse, constants)];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression, constants);
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return textsOf(node.body, constants);
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [textsOf(node.left, constants), textsOf(node.right, constants)];
    if (node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return [...left, ...right];
    return left.flatMap((first) => right.map((second) => first + second));
  }
  if (ts.isIdentifier(node) && /^[A-Z_]+$/.test(node.text))
    return textsOf(constants.get(node.text), constants);
  return [];
}

/** Sentences need words: a text with none, such as a gap and a full stop, says nothing here. */
const isSentence = (text: string) => /\p{L}{2,} .*\p{L}{2,}/u.test(text);

const tidy = (text: string) =>
  text
    .replace(/…(\s*…)+/g, GAP)
    .replace(/\s+/g, ' ')
    .trim();

/** Every message of the code that is written there as a text, by heading. */
function readMessages(): Map<string, Message[]> {
  const sources = readSources();
  const constants = readConstants(sources);
  const signatures = readSignatures(sources);
  const messages = new Map(HEADINGS.map(([, heading]) => [heading, new Map<string, string>()]));

  for (const { file, tree } of sources) {
    const heading = HEADINGS.find(([folder]) => folder.test(file))?.[1] ?? '';
    const add = (what?: ts.Expression, advice?: ts.Expression): void => {
      const texts = textsOf(what, constants).map(tidy);
      const advices = textsOf(advice, constants).map(tidy);
      const known = messages.get(heading);
      for (const [index, text] of texts.entries()) {
        if (!isSentence(text)) continue;
        // As many as messages: each has its own.
        const own = texts.length === advices.length ? advices.slice(index, index + 1) : advices;
        known?.set(text, known.get(text) || [...new Set(own.filter(isSentence))].join(' Or: '));
      }
    };
    visitAll(tree, (node) => {
      if (ts.isObjectLiteralExpression(node)) add(property(node, 'message'), property(node, 'description'));
      if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return;
      const signature = signatures.get(node.expression.getText());
      if (signature) add(node.arguments?.[signature.what], node.arguments?.[signature.advice]);
    });
  }
  return new Map(
    [...messages].map(([heading, texts]) => [
      heading,
      [...texts].map(([what, advice]) => ({ what, advice })).sort((a, b) => (a.what < b.what ? -1 : 1)),
    ]),
  );
}

function property(node: ts.ObjectLiteralExpression, name: string): ts.Expression | undefined {
  const found = node.properties.find((candidate) => candidate.name?.getText() === name);
  return found && ts.isPropertyAssignment(found) ? found.initializer : undefined;
}

/** Messages about what was entered or given as data, which say themselves what to enter. */
const OF_A_FIELD =
  /^('|No .* is given in |The (option|filter) '|A field |Field '|A parameter |The data (has|holds|is a) |The JSON of |The item |The file in |Two files of |Item … uploads |… cannot be the name )/;
/** Advice of fewer words adds little to the message, and is read beside it. */
const WORDS_OF_ADVICE = 7;

const wordsOf = (text: string) => (text.match(/[A-Za-z][\w'-]*/g) ?? []).length;

/** The messages with something to do that goes beyond a field, as Markdown. */
export function messagesAsMarkdown(): string {
  const isListed = (heading: string, { what, advice }: Message) =>
    (wordsOf(advice) >= WORDS_OF_ADVICE || advice.startsWith('Do not')) &&
    !OF_A_FIELD.test(what) &&
    !(heading === FIELDS && what.startsWith(GAP));
  return [...readMessages()]
    .map(
      ([heading, messages]) => [heading, messages.filter((message) => isListed(heading, message))] as const,
    )
    .filter(([, messages]) => messages.length > 0)
    .map(([heading, messages]) => {
      const byAdvice = new Map<string, string[]>();
      for (const { what, advice } of messages) {
        byAdvice.set(advice, [...(byAdvice.get(advice) ?? []), `\`${what.replaceAll('`', "'")}\``]);
      }
      const rows = [...byAdvice].map(
        ([advice, said]) => `- ${said.join('\\\n  ')}\\\n  ${advice.replace(/[*<_]/g, '\\$&')}`,
      );
      return `### ${heading}\n\n${rows.join('\n')}`;
    })
    .join('\n\n');
}

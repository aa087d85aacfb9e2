import { inspect } from 'node:util';
import { failedItem, isFailedItem } from '../../support/failed-item';
import type { Run } from '../../support/run';
import type { Told } from './subject';

/** What no message of the node is like: what JavaScript says when code did not expect what it got. */
const UNEXPECTED =
  /Maximum call stack|Cannot (?:read|set|convert|mix)|is not (?:a function|iterable|a constructor)|Invalid (?:array length|string length|time value|Date)|\[object |\bundefined\b|Unexpected token|circular/;
/** n8n itself words some of its own in such a way. */
const EXPECTED = [
  'NodeApiError',
  'NodeOperationError',
  'UserError',
  'WorkflowOperationError',
  'ManualExecutionCancelledError',
];
const LONGEST_MESSAGE = 10_000;

/** All that can be seen of a value. */
export const shown = (value: unknown) =>
  inspect(value, { depth: Infinity, maxStringLength: Infinity, maxArrayLength: Infinity });

/** What an error of n8n keeps, also once it is stored with its execution. */
interface Thrown {
  name: string;
  message: string;
  description?: string | null;
}

/** What is wrong with something that was thrown, whoever reads it. */
export function unexplained(thrown: unknown): string[] {
  const { name, message, description } = thrown as Thrown;
  const isOwn = EXPECTED.includes(name);
  return [
    ...(isOwn ? [] : [`a ${name} came through: ${message.slice(0, 200)}`]),
    ...unreadable(message, description ?? ''),
  ];
}

function unreadable(...texts: string[]): string[] {
  const bad = texts.find((text) => UNEXPECTED.test(text));
  const long = texts.find(({ length }) => length > LONGEST_MESSAGE);
  return [
    ...(bad === undefined ? [] : [`a message is not for people: ${bad.slice(0, 200)}`]),
    ...(long === undefined ? [] : [`a message has ${long.length} characters`]),
  ];
}

/** What a run of the node has come to. */
export function toldByRun(run: Run): Omit<Told, 'falseStarts'> {
  const failed = run
    .outputs('ProcessMaker')
    .flat()
    .filter(({ json }) => isFailedItem(json));
  const read = failed.map(({ json }) => failedItem(json));
  const thrown = run.error ? [run.error] : [];
  return {
    text: run.text,
    messages: [...read.map(({ text }) => text), ...thrown.map(({ message }) => message)],
    others: [
      ...read.flatMap(({ message, description }) => unreadable(message, description)),
      ...thrown.flatMap(unexplained),
    ],
  };
}

/** What a call has come to that gives a value or throws. */
export async function toldBy(call: () => Promise<unknown>): Promise<Told & { value?: unknown }> {
  try {
    const value = await call();
    return { value, text: shown(value), messages: [], falseStarts: [], others: [] };
  } catch (error) {
    const messages = [error instanceof Error ? error.message : String(error)];
    return { text: shown(error), messages, falseStarts: [], others: unexplained(error) };
  }
}

import type { ExecutionError, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { asText, isObject } from '../../nodes/ProcessMaker/guards';
import type { InlineAnswer } from '../support/inline-agent';
import type { Run } from '../support/run';

/** What n8n has told of an item at the end. */
export interface Report {
  /** `silent`: the run has ended with the error of another item, and has not named this one. */
  said: 'done' | 'notDone' | 'started' | 'unknown' | 'partlyDone' | 'missing' | 'silent';
  requestId?: number;
  /** Other Requests that are named. */
  others: number[];
  text: string;
  /** What belongs to it: only what was sent from then on, and by this execution; all unless told. */
  since?: number;
  sender?: string;
}

const MISSING: Report = { said: 'missing', others: [], text: '' };
const SAID: Record<string, Report['said']> = {
  notStarted: 'notDone',
  notDone: 'notDone',
  started: 'started',
  startedInError: 'started',
  done: 'done',
  partlyDone: 'partlyDone',
  unknown: 'unknown',
};

const idsIn = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((id): id is number => typeof id === 'number') : [];

/** @param field where an item names what it has started or changed */
function ofItem({ json }: INodeExecutionData): Report {
  const { error } = json;
  if (isObject(error)) return ofError(error, `${asText(error.message)} ${asText(error.description)}`);
  const others = [...idsIn(json.duplicates), ...idsIn(json.sameKey)];
  return { said: 'done', others, text: '', ...(typeof json.id === 'number' && { requestId: json.id }) };
}

function ofError({ outcome, requestId, duplicates, sameKey }: IDataObject, text: string): Report {
  return {
    said: SAID[asText(outcome)] ?? 'unknown',
    others: [...idsIn(duplicates), ...idsIn(sameKey)],
    text,
    ...(typeof requestId === 'number' && { requestId }),
  };
}

/** What the last run of a node says of each of its items. */
export function reportsOf(run: Run, node: string, count: number, runIndex = -1): Report[] {
  const task = run.tasks(node).at(runIndex);
  const main = run.outputs(node, runIndex).flat();
  const items = main.length > 0 ? main : (task?.data?.ai_tool ?? []).flatMap((some) => some ?? []);
  const error = task?.error ?? (items.length === 0 ? run.error : undefined);
  return Array.from({ length: count }, (_, index) => {
    const own = items.filter(({ pairedItem }) => indexOf(pairedItem) === index);
    if (own[0]) return ofItem(own[0]);
    return error ? ofStop(error, index) : MISSING;
  });
}

/** What a node that was stopped by the error of one item says of each. */
export function ofStop(error: ExecutionError, index: number): Report {
  const { context, message, description } = error as unknown as {
    context?: IDataObject;
    message: string;
    description?: string | null;
  };
  const text = `${message} ${description ?? ''}`;
  if (!context || context.itemIndex === undefined) return { said: 'silent', others: [], text };
  if (context.itemIndex === index) return ofError(context, text);
  if (itemsAfter(/Not known either: (.*?)\.(?: |$)/, text).includes(index))
    return { said: 'unknown', others: [], text };
  if (itemsAfter(/Carried out before: (.*?)\.(?: |$)/, text).includes(index))
    return { said: 'done', others: [], text };
  return { said: 'silent', others: [], text };
}

function itemsAfter(pattern: RegExp, text: string): number[] {
  const [, list = ''] = pattern.exec(text) ?? [];
  const plain = list.replace(/\([^)]*\)/g, '');
  return [...plain.matchAll(/(\d+)(?: to (\d+))?/g)].flatMap(([, from, to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, offset) => Number(from) + offset),
  );
}

function indexOf(pairedItem: INodeExecutionData['pairedItem']): number | undefined {
  if (typeof pairedItem === 'number') return pairedItem;
  return Array.isArray(pairedItem) ? pairedItem[0]?.item : pairedItem?.item;
}

/** How a text says that something was done, although it went wrong afterwards. */
const IS_DONE = /has made the change|change of .* was made, but/i;

/** How a text says that something may have been done; an agent is not given the outcome as a field. */
const MAY_BE = /(?<!\b(?:It|Its Request) )may have|not known/i;

/** What an agent is told by a tool that it calls by itself: the output, or the text of an error alone. */
export function ofAnswer(answer: InlineAnswer | undefined): Report {
  if (!answer) return MISSING;
  if ('output' in answer) {
    const [json] = (Array.isArray(answer.output) ? answer.output : []) as IDataObject[];
    return json ? ofItem({ json }) : MISSING;
  }
  const text = answer.error;
  const [, id] = /Request (\d+) was started for it/.exec(text) ?? [];
  if (id !== undefined) return { said: 'started', requestId: Number(id), others: [], text };
  if (IS_DONE.test(text)) return { said: 'done', others: [], text };
  return { said: MAY_BE.test(text) ? 'unknown' : 'notDone', others: [], text };
}

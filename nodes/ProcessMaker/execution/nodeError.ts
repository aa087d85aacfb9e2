import { NodeApiError, NodeOperationError, type IDataObject, type INode } from 'n8n-workflow';

import { isTool } from '../fields/parameters';
import { addTo } from '../guards';
import { connect, type Connection } from '../transport/connection';
import { ProcessMakerError, rethrown, shownText, toProcessMakerError } from '../transport/processMakerError';

interface Place {
  itemIndex?: number;
  scrub?: Connection['scrub'];
  added?: { message: string; description: string };
}

/** The item for the error output: with the single key `error`, n8n merges it with the item of the input. */
export function toFailedItem(error: ProcessMakerError, item: number, scrub?: Connection['scrub']) {
  const json = { error: { ...textsOf(error, { itemIndex: item, scrub }), ...detailsOf(error, scrub) } };
  return { json, pairedItem: { item } };
}

/** The exception that ends a run, a poll or a method of the editor. */
export function toNodeError(node: INode, thrown: unknown, place: Place = {}) {
  const error = toProcessMakerError(thrown);
  const { message: text, description } = textsOf(error, place);
  // n8n takes an execution for one that was stopped by hand when it finds this word.
  const message = error.kind === 'canceled' ? text : text.replaceAll('canceled', 'cancelled');
  const { itemIndex, scrub } = place;
  const texts = { message, description, itemIndex };
  const httpCode = error.httpStatus?.toString();
  // When a tool runs, n8n would put its own text in place of that of an API's error, such as "You can retry immediately".
  const isToolRun = itemIndex !== undefined && isTool({ getNode: () => node });
  const nodeError =
    error.kind === 'input' || isToolRun
      ? new NodeOperationError(node, message, texts)
      : new NodeApiError(node, { message }, { ...texts, httpCode });
  // n8n puts its own text for one that contains a code such as ENOENT anywhere, even within a name.
  nodeError.message = message;
  nodeError.description = description;
  Object.assign(nodeError.context, detailsOf(error, scrub));
  return nodeError;
}

function textsOf({ message, description }: ProcessMakerError, { itemIndex, scrub, added }: Place) {
  const item = itemIndex === undefined ? '' : ` [item ${itemIndex}]`;
  const texts = [shownText(description, scrub), added?.description ?? ''];
  return {
    message: shownText(message, scrub) + (added?.message ?? '') + item,
    description: texts.filter((text) => text !== '').join(' '),
  };
}

function detailsOf(
  { httpStatus, outcome, requestId, duplicates, sameKey, files }: ProcessMakerError,
  scrub: Connection['scrub'] = String,
): IDataObject {
  const shownFiles = files && (JSON.parse(scrub(JSON.stringify(files))) as IDataObject[]);
  const details = { httpStatus, outcome, requestId, duplicates, sameKey, files: shownFiles };
  return Object.fromEntries(Object.entries(details).filter(([, detail]) => detail !== undefined));
}

/** Connects and works, for a poll or a method of the editor. Its error has the HTTP status, by which n8n leaves a poll alone. */
export async function withConnection<T, C extends Connection['context']>(
  context: C,
  work: (connection: Connection) => Promise<T>,
  retrySeconds = 0,
): Promise<T> {
  let connection: Connection | undefined;
  try {
    connection = await connect(context, retrySeconds);
    return await work(connection);
  } catch (error) {
    await connection?.learnSecrets();
    // What n8n itself throws, as where the credential is missing, says what it means.
    const isOfN8n = error instanceof Error && !(error instanceof ProcessMakerError);
    throw rethrown(isOfN8n ? error : toNodeError(context.getNode(), error, { scrub: connection?.scrub }));
  }
}

const MAX_FURTHER_ERRORS = 10;

/** What is said of the errors of other items beside the first: each sentence once. */
export function furtherErrors(
  first: ProcessMakerError,
  others: Array<[number, ProcessMakerError]>,
  scrub: Connection['scrub'] | undefined,
): string[] {
  const indexes = new Map<string, number[]>();
  for (const [at, { message }] of others) addTo(indexes, message, at);
  const all = [...indexes];
  const texts = all
    .slice(0, MAX_FURTHER_ERRORS)
    .map(([message, items]) =>
      message === first.message
        ? `Also ${itemsText(items)}.`
        : `Also: ${shownText(message, scrub)} [${itemsText(items)}].`,
    );
  const more = all.slice(MAX_FURTHER_ERRORS).flatMap(([, items]) => items).length;
  return more > 0 ? [...texts, `And ${more} more items.`] : texts;
}

const MAX_RANGES = 20;

/** E.g. `item 3`, or `items 0, 2 to 9, 12` of indexes in their order. */
export function itemsText(indexes: number[]): string {
  const ranges: Array<{ from: number; to: number }> = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && index === last.to + 1) last.to = index;
    else ranges.push({ from: index, to: index });
  }
  const texts = ranges
    .slice(0, MAX_RANGES)
    .map(({ from, to }) => (from === to ? `${from}` : `${from} to ${to}`));
  if (ranges.length > MAX_RANGES) texts.push('and more');
  return `${indexes.length === 1 ? 'item' : 'items'} ${texts.join(', ')}`;
}

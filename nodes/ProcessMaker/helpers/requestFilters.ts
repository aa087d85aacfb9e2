import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { requestFilters } from '../descriptions/requestFilters';
import { inputFailure, type Result } from '../transport/failure';
import { asText } from './guards';
import { parseId } from './locatorValue';
import { pmqlText, pmqlTime } from './pmql';

/** Which Requests are looked for. */
export interface RequestFilter {
  /** In PMQL, all of which have to be met. */
  conditions: string[];
  /** A text to look for anywhere in a Request. */
  text: string | undefined;
  /** The user's own PMQL is among the conditions. */
  hasPmql: boolean;
  requester: string | undefined;
}

/** The names that PMQL has for statuses. */
const STATUSES: Readonly<Record<string, string>> = {
  ACTIVE: 'In Progress',
  CANCELED: 'Canceled',
  COMPLETED: 'Completed',
  ERROR: 'Error',
};

const TIMES = [
  { name: 'startedAfter', parameter: 'Started After', condition: 'started >=' },
  { name: 'startedBefore', parameter: 'Started Before', condition: 'started <' },
  { name: 'updatedAfter', parameter: 'Updated After', condition: 'updated_at >=' },
  { name: 'updatedBefore', parameter: 'Updated Before', condition: 'updated_at <' },
];

/**
 * The parameter 'Filters' of an item. A filter that is left empty is none; one whose expression gives nothing is
 * refused, since all Requests would be returned. Nothing is sent.
 */
export function readRequestFilter(context: IExecuteFunctions, itemIndex: number): Result<RequestFilter> {
  const filters = context.getNodeParameter('filters', itemIndex, {});
  const missing = Object.keys(filters).find((name) => filters[name] === undefined || filters[name] === null);
  if (missing !== undefined) {
    const filter = requestFilters.options?.find(({ name }) => name === missing);
    const shown = filter && 'displayName' in filter ? filter.displayName : missing;
    return inputFailure(
      `The filter '${shown}' has no value`,
      'Check its expression, or take the filter out.',
    );
  }
  const conditions: string[] = [];
  for (const condition of [
    processCondition(filters),
    statusCondition(filters),
    requesterCondition(filters),
    ...TIMES.map((time) => timeCondition(filters, time, context.getTimezone())),
    ownCondition(filters),
  ]) {
    if (!condition.ok) return condition;
    if (condition.value !== undefined) conditions.push(condition.value);
  }
  const text = asText(filters.text).trim();
  const requester = asText(filters.requester).trim();
  return {
    ok: true,
    value: {
      conditions,
      text: text === '' ? undefined : text,
      hasPmql: asText(filters.pmql).trim() !== '',
      requester: requester === '' ? undefined : requester,
    },
  };
}

type Condition = Result<string | undefined>;

const NONE: Condition = { ok: true, value: undefined };

/** The values of a list of choices; an expression may give a list, one value, or several with commas. */
function listOf(value: unknown): string[] {
  return [value]
    .flat()
    .flatMap((one) => asText(one).split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function processCondition({ processes }: IDataObject): Condition {
  const ids = listOf(processes);
  const wrong = ids.find((id) => parseId(id) === undefined);
  if (wrong !== undefined) {
    return inputFailure(
      `'Process Names or IDs' holds "${wrong}", which is not the id of a process`,
      'Choose processes from the list, or give their ids, e.g. {{ [12, 15] }}.',
    );
  }
  return ids.length === 0 ? NONE : { ok: true, value: `process_id IN [${ids.join(',')}]` };
}

function statusCondition({ statuses }: IDataObject): Condition {
  const wanted = listOf(statuses).map((status) => status.toUpperCase());
  const wrong = wanted.find((status) => !Object.hasOwn(STATUSES, status));
  if (wrong !== undefined) {
    return inputFailure(
      `'Status' holds "${wrong}", which is not the status of a Request`,
      `The statuses are ${Object.keys(STATUSES).join(', ')}.`,
    );
  }
  const conditions = wanted.map((status) => `status = "${STATUSES[status]}"`);
  return conditions.length === 0 ? NONE : { ok: true, value: conditions.join(' OR ') };
}

function requesterCondition({ requester }: IDataObject): Condition {
  const name = asText(requester).trim();
  if (name === '') return NONE;
  const id = parseId(name);
  if (id !== undefined) return { ok: true, value: `user_id = ${id}` };
  const text = pmqlText(name, 'Requester');
  return text.ok ? { ok: true, value: `requester = ${text.value}` } : text;
}

function timeCondition(filters: IDataObject, time: (typeof TIMES)[number], timezone: string): Condition {
  const value = filters[time.name];
  if (value === '' || value === undefined) return NONE;
  const text = pmqlTime(value, time.parameter, timezone);
  return text.ok ? { ok: true, value: `${time.condition} ${text.value}` } : text;
}

function ownCondition({ pmql }: IDataObject): Condition {
  const own = asText(pmql).trim();
  if (own === '') return NONE;
  if (hasBracketsInPairs(own)) return { ok: true, value: own };
  return inputFailure(
    "'PMQL' has a bracket or a quote without its counterpart",
    'Check the brackets and quotes of the condition. Texts stand in double quotes.',
  );
}

/** Otherwise a condition could end the brackets that are put around it, and void the other filters. */
function hasBracketsInPairs(pmql: string): boolean {
  const bare = pmql.replace(/"(?:\\.|[^"\\])*"/gs, '');
  let depth = 0;
  for (const character of bare) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth < 0) return false;
  }
  return depth === 0 && !bare.includes('"');
}

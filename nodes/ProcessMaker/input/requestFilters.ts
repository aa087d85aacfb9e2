import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { requestFilters } from '../descriptions/requestFilters';
import { inputFailure, type Result } from '../transport/failure';
import { readFilters } from './filters';
import { asText } from '../guards';
import { parseId } from './locators';
import { readOwnPmql } from './ownPmql';
import { pmqlText, pmqlTime } from '../api/pmql';

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

/** The parameter 'Filters' of an item. Nothing is sent. */
export function readRequestFilter(context: IExecuteFunctions, itemIndex: number): Result<RequestFilter> {
  const read = readFilters(context, itemIndex, requestFilters);
  if (!read.ok) return read;
  const filters = read.value;
  const conditions: string[] = [];
  for (const condition of [
    processCondition(filters),
    statusCondition(filters),
    requesterCondition(filters),
    ...TIMES.map((time) => timeCondition(filters, time, context.getTimezone())),
    readOwnPmql(filters.pmql),
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

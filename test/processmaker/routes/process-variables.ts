import { screenVariables, screensOfProcesses } from '../forms/store';
import type { Variable } from '../forms/variables';
import { ApiError } from '../http/errors';
import type { Query } from '../http/query';
import type { JsonObject } from '../types';
import { ok, type Route } from './route';

const DEFAULT_SIZE = 20;
const LARGEST_SIZE = 100;

const variables: Route = {
  method: 'GET',
  version: '1.1',
  since: '4.14.2',
  path: '/processes/variables',
  async handle({ instance, query }) {
    const size = wholeNumber(query, 'per_page', 'Per page', DEFAULT_SIZE, LARGEST_SIZE);
    const page = wholeNumber(query, 'page', 'Page', 1, Number.MAX_SAFE_INTEGER);
    const screens = await screensOfProcesses(instance, query.list('processIds').map(Number));
    // Two screens with a variable of one name give it twice.
    const all = screens.flatMap((screen) => screenVariables(instance, screen));
    const first = (page - 1) * size;
    return ok({
      data: all.slice(first, first + size).map(variableJson),
      meta: meta(all.length, page, size),
    });
  },
};

function variableJson({ field, label, format, isSubmitButton }: Variable): JsonObject {
  return {
    label,
    field: `data.${field}`,
    sortable: true,
    default: false,
    format,
    mask: null,
    isSubmitButton,
    encryptedConfig: null,
  };
}

/** This list's envelope is not that of the others. */
function meta(total: number, page: number, size: number): JsonObject {
  const last = Math.max(Math.ceil(total / size), 1);
  const first = (page - 1) * size + 1;
  const isEmpty = first > total;
  return {
    current_page: page,
    from: isEmpty ? null : first,
    last_page: last,
    path: '/',
    per_page: size,
    to: isEmpty ? null : Math.min(first + size - 1, total),
    total,
    links: {
      first: '/?page=1',
      last: `/?page=${last}`,
      prev: page > 1 ? `/?page=${page - 1}` : null,
      next: page < last ? `/?page=${page + 1}` : null,
    },
  };
}

function wholeNumber(query: Query, name: string, label: string, otherwise: number, largest: number): number {
  if (!query.has(name)) return otherwise;
  const text = query.text(name);
  if (!/^\d+$/.test(text)) throw invalid(name, `The ${label} field must be an integer.`);
  if (Number(text) < 1) throw invalid(name, `The ${label} field must be at least 1.`);
  if (Number(text) > largest) throw invalid(name, `The ${label} field must not be greater than ${largest}.`);
  return Number(text);
}

function invalid(name: string, message: string): ApiError {
  return new ApiError(422, { message, errors: { [name]: [message] } });
}

/** The variables of the forms of processes. */
export const processVariableRoutes: Route[] = [variables];

import { isEmptyInPhp } from '../data/normalise';
import { sanitiseStartData } from '../data/sanitise';
import type { RequestRow } from '../database/rows';
import { notFound, serverError, unauthorized } from '../http/errors';
import type { Query } from '../http/query';
import type { Instance } from '../instance';
import { mayStart, type StartEvent } from '../requests/access';
import { presentStartedRequest } from '../requests/present';
import { startRequest } from '../requests/progress';
import { findProcess, findRequest } from '../requests/store';
import { startEventsOf } from '../serializers/process';
import type { Json, JsonObject } from '../types';
import type { Route } from './route';

const start: Route = {
  method: 'POST',
  path: '/process_events/{id}',
  async handle({ instance, user, id, query, data }) {
    const process = findProcess(instance, id);
    if (process === undefined) throw notFound();
    const event = query.text('event');
    const startEvents = startEventsOf(process) as unknown as StartEvent[];
    if (!mayStart(instance, user, startEvents, event === '' ? undefined : event)) throw unauthorized();
    const definition = await instance.definitions.definition(process.bpmn);
    if (event === '' || !definition.elements.has(event)) throw notFound();
    if (definition.elements.get(event)?.type !== 'startEvent') throw serverError();
    const clean = sanitiseStartData(data);
    const parent = parentOf(instance, clean['_parent']);
    const requestId = await startRequest(instance, {
      process,
      startEvent: event,
      user,
      data: clean,
      ...(parent === undefined ? {} : { parent }),
    });
    const request = findRequest(instance, requestId);
    if (request === undefined) throw serverError();
    const body = presentStartedRequest(instance, request, withInclude(query, data));
    // The id of the parent is told in the form in which it came.
    if (parent !== undefined) body['parent_request_id'] = idOf(clean['_parent']) ?? null;
    return { status: 201, body };
  },
};

/** A field `include` of the data counts as the parameter; a list breaks the server when the Request has started. */
function withInclude(query: Query, data: JsonObject): Query {
  const { include } = data;
  if (include === undefined) return query;
  if (typeof include === 'object' && include !== null) throw serverError();
  return query.with('include', include === null ? '' : String(include));
}

const idOf = (parent: Json | undefined): Json | undefined =>
  typeof parent === 'object' && parent !== null && !Array.isArray(parent) ? parent['request_id'] : undefined;

/** `_parent` in the data sets the parent Request; without an id, or with that of none, the real server breaks. */
function parentOf(instance: Instance, parent: Json | undefined): RequestRow | undefined {
  if (parent === undefined || isEmptyInPhp(parent)) return undefined;
  const id = idOf(parent);
  if (id === undefined) throw serverError();
  // What is no number says nothing.
  if (typeof id !== 'number' && !(typeof id === 'string' && /^\d+$/.test(id))) return undefined;
  const request = findRequest(instance, Number(id));
  if (request === undefined) throw serverError();
  return { ...request, process_collaboration_id: null };
}

/** Starts. */
export const processEventRoutes: Route[] = [start];

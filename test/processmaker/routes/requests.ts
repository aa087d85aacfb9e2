import type { RequestRow, UserRow } from '../database/rows';
import { collection, pageOf } from '../http/collection';
import { notFound, unauthorized } from '../http/errors';
import type { Instance } from '../instance';
import { maySee } from '../requests/access';
import { deleteRequest } from '../requests/delete';
import { triggerEvent } from '../requests/events';
import { countRequests, listRequests, requestConditions } from '../requests/list';
import { presentListedRequest, presentRequest } from '../requests/present';
import { retryRequest } from '../requests/retry';
import { findRequest } from '../requests/store';
import { updateRequestAsUser } from '../requests/update';
import { presentLatestVisit } from '../requests/visits';
import { noContent, ok, type Route } from './route';

function requestFor(instance: Instance, user: UserRow, id: number): RequestRow {
  const request = findRequest(instance, id);
  if (request === undefined) throw notFound();
  if (!maySee(instance, user, request)) throw unauthorized();
  return request;
}

const list: Route = {
  method: 'GET',
  path: '/requests',
  handle({ instance, user, query }) {
    const conditions = requestConditions(instance, user, query);
    const total = countRequests(instance, conditions);
    if (query.text('total') === 'true') return ok({ meta: { total } });
    const page = pageOf(query);
    const rows = listRequests(instance, conditions, query, page);
    return ok(
      collection(
        rows.map((row) => presentListedRequest(instance, row, query)),
        total,
        page,
        query,
      ),
    );
  },
};

const show: Route = {
  method: 'GET',
  path: '/requests/{id}',
  handle({ instance, user, id, query }) {
    return ok(presentRequest(instance, requestFor(instance, user, id), query));
  },
};

const tokens: Route = {
  method: 'GET',
  since: '4.7.0',
  path: '/requests/{id}/tokens',
  async handle({ instance, user, id, query }) {
    return ok(await presentLatestVisit(instance, requestFor(instance, user, id), query.text('element_id')));
  },
};

const update: Route = {
  method: 'PUT',
  path: '/requests/{id}',
  async handle({ instance, user, id, data }) {
    await updateRequestAsUser(instance, user, requestFor(instance, user, id), data);
    return noContent;
  },
};

const retry: Route = {
  method: 'PUT',
  since: '4.3.1',
  path: '/requests/{id}/retry',
  handle({ instance, user, id }) {
    const request = requestFor(instance, user, id);
    if (user.is_administrator !== 1) throw unauthorized('Not authorized to complete this request.');
    return ok(retryRequest(instance, request, user));
  },
};

const destroy: Route = {
  method: 'DELETE',
  path: '/requests/{id}',
  handle({ instance, user, id }) {
    const request = findRequest(instance, id);
    if (request === undefined) throw notFound();
    if (request.user_id !== user.id && user.is_administrator !== 1) throw unauthorized();
    deleteRequest(instance, id);
    return noContent;
  },
};

/** Any user may trigger an event that waits, whoever the Request belongs to, unless the event names its users. */
const trigger: Route = {
  method: 'POST',
  path: '/requests/{id}/events/{node}',
  async handle({ instance, user, id, parameters, data }) {
    const request = findRequest(instance, id);
    if (request === undefined) throw notFound();
    await triggerEvent(instance, user, request, decodeURIComponent(parameters['node'] ?? ''), data);
    return ok([]);
  },
};

/** Requests. */
export const requestRoutes: Route[] = [list, show, tokens, update, retry, destroy, trigger];

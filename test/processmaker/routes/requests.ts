import { collection, pageOf } from '../http/collection';
import { notFound, serverError, unauthorized } from '../http/errors';
import { maySee } from '../requests/access';
import { endRequest } from '../requests/finish';
import { countRequests, listRequests, requestConditions } from '../requests/list';
import { presentListedRequest, presentRequest } from '../requests/present';
import { findRequest } from '../requests/store';
import { ok, type Route } from './route';

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
    const request = findRequest(instance, id);
    if (request === undefined) throw notFound();
    if (!maySee(instance, user, request)) throw unauthorized();
    return ok(presentRequest(instance, request, query));
  },
};

const update: Route = {
  method: 'PUT',
  path: '/requests/{id}',
  handle({ instance, user, id, data }) {
    const request = findRequest(instance, id);
    if (request === undefined) throw notFound();
    if (!maySee(instance, user, request)) throw unauthorized();
    // Only the status that a person can set from a page is served here.
    if (data['status'] !== 'CANCELED') throw serverError();
    if (user.is_administrator !== 1) throw unauthorized('Not authorized to cancel this request.');
    if (request.status === 'ACTIVE' || request.status === 'ERROR') endRequest(instance, id, 'CANCELED');
    return { status: 204, body: undefined };
  },
};

/** Requests. */
export const requestRoutes: Route[] = [list, show, update];

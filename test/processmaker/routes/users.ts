import { hasPermission } from '../auth';
import type { UserRow } from '../database/rows';
import { collection, NO_ROWS, pageOf, pageRows } from '../http/collection';
import { notFound, serverError, unauthorized } from '../http/errors';
import type { Query } from '../http/query';
import { findUser } from '../requests/store';
import { userJson } from '../serializers/user';
import { ok, type Route } from './route';

const COLUMNS = ['id', 'username', 'firstname', 'lastname', 'email', 'status', 'created_at', 'updated_at'];

/** Which menus are folded: nothing of it depends on the user here. */
const UI_CONFIGURATION = JSON.stringify({
  launchpad: { isMenuCollapse: true },
  cases: { isMenuCollapse: false },
  requests: { isMenuCollapse: true },
  tasks: { isMenuCollapse: true },
  tasks_inbox: { isMenuCollapse: false },
});

const list: Route = {
  method: 'GET',
  path: '/users',
  handle({ instance, user, query, url }) {
    if (!hasPermission(instance, user, 'view-users', 'create-processes', 'edit-processes')) {
      throw unauthorized('Not authorized to view users.');
    }
    const page = pageOf(query, NO_ROWS);
    const pattern = `%${query.search().toLowerCase()}%`;
    // PMQL means nothing here: the real server lists everybody.
    const users = instance.database.query<UserRow>(
      `SELECT * FROM users WHERE (lower(username) LIKE ? OR lower(firstname) LIKE ? OR lower(lastname) LIKE ?
       OR lower(email) LIKE ?) AND (? = '' OR status = ?) ORDER BY ${order(query)}`,
      [pattern, pattern, pattern, pattern, query.text('status'), query.text('status')],
    );
    const excluded = query.list('exclude_ids').map(Number);
    const all = users.filter(({ id }) => !excluded.includes(id));
    return ok(collection(pageRows(all, page).map(userJson), all.length, page, query, url));
  },
};

function order(query: Query): string {
  const column = query.has('order_by') ? query.text('order_by') : 'username';
  const direction = (query.text('order_direction') || 'asc').toLowerCase();
  if (!COLUMNS.includes(column) || !['asc', 'desc'].includes(direction)) throw serverError();
  return `${column} ${direction}`;
}

const configuration: Route = {
  method: 'GET',
  since: '4.12.0',
  path: '/users/configuration',
  handle: ({ user }) => ok({ user_id: user.id, ui_configuration: UI_CONFIGURATION }),
};

/** Whether there is such a user is told to everybody. */
const one: Route = {
  method: 'GET',
  path: '/users/{id}',
  handle({ instance, user, id }) {
    const wanted = findUser(instance, id);
    if (wanted === undefined) throw notFound();
    if (wanted.id !== user.id && !hasPermission(instance, user, 'view-users')) {
      throw unauthorized('Not authorized to update this user.');
    }
    return ok(userJson(wanted));
  },
};

/** Users. */
export const userRoutes: Route[] = [configuration, list, one];

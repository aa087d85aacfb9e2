import { findScreen } from '../forms/store';
import { notFound } from '../http/errors';
import { screenJson } from '../serializers/screen';
import { ok, type Route } from './route';

const show: Route = {
  method: 'GET',
  path: '/screens/{id}',
  handle({ instance, id }) {
    const screen = findScreen(instance, id);
    if (screen === undefined) throw notFound();
    return ok(screenJson(screen));
  },
};

/** Screens, which every user may read. */
export const screenRoutes: Route[] = [show];

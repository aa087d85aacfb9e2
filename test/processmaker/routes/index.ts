import { processEventRoutes } from './process-events';
import { requestRoutes } from './requests';
import type { Route } from './route';
import { startProcessRoutes } from './start-processes';
import { taskRoutes } from './tasks';

/** Every route of the API that the stand-in knows. */
export const ROUTES: Route[] = [
  ...requestRoutes,
  ...processEventRoutes,
  ...startProcessRoutes,
  ...taskRoutes,
];

import { commentRoutes } from './comments';
import { processEventRoutes } from './process-events';
import { requestFileRoutes } from './request-files';
import { requestRoutes } from './requests';
import { processVariableRoutes } from './process-variables';
import { processRoutes } from './processes';
import type { Route } from './route';
import { screenRoutes } from './screens';
import { startProcessRoutes } from './start-processes';
import { taskRoutes } from './tasks';
import { userRoutes } from './users';

/** Every route of the API that the stand-in knows. */
export const ROUTES: Route[] = [
  ...requestRoutes,
  ...requestFileRoutes,
  ...processEventRoutes,
  ...startProcessRoutes,
  ...taskRoutes,
  ...processRoutes,
  ...processVariableRoutes,
  ...screenRoutes,
  ...userRoutes,
  ...commentRoutes,
];

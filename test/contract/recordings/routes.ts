/** The routes of ProcessMaker's API that the node calls. A recording of any other route is skipped. */
const USED_ROUTES: { methods: string[]; path: RegExp }[] = [
  { methods: ['GET', 'HEAD', 'OPTIONS'], path: /^\/api\/1\.0\/requests$/ },
  { methods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'], path: /^\/api\/1\.0\/requests\/\d+$/ },
  { methods: ['GET'], path: /^\/api\/1\.0\/requests\/\d+\/tokens$/ },
  { methods: ['PUT'], path: /^\/api\/1\.0\/requests\/\d+\/retry$/ },
  { methods: ['POST'], path: /^\/api\/1\.0\/requests\/\d+\/events\/[^/]+$/ },
  { methods: ['GET'], path: /^\/api\/1\.0\/tasks$/ },
  { methods: ['GET', 'PUT'], path: /^\/api\/1\.0\/tasks\/\d+$/ },
  { methods: ['GET'], path: /^\/api\/1\.0\/tasks\/\d+\/screen_fields$/ },
  { methods: ['GET', 'HEAD', 'OPTIONS'], path: /^\/api\/1\.0\/start_processes$/ },
  { methods: ['POST', 'OPTIONS'], path: /^\/api\/1\.0\/process_events\/[^/]+$/ },
  { methods: ['GET', 'HEAD', 'OPTIONS'], path: /^\/api\/1\.0\/processes(\/[^/]+)?$/ },
  { methods: ['GET'], path: /^\/api\/1\.0\/processes\/\d+\/bpmn$/ },
  { methods: ['GET'], path: /^\/api\/1\.1\/processes\/variables$/ },
  { methods: ['GET'], path: /^\/api\/1\.0\/screens\/\d+$/ },
  { methods: ['GET', 'POST'], path: /^\/api\/1\.0\/requests\/\d+\/files$/ },
  { methods: ['GET', 'DELETE'], path: /^\/api\/1\.0\/requests\/\d+\/files\/\d+$/ },
  { methods: ['GET'], path: /^\/api\/1\.0\/comments$/ },
  { methods: ['POST'], path: /^\/oauth\/token$/ },
  { methods: ['GET'], path: /^\/api\/1\.0\/users(\/(configuration|\d+))?$/ },
];

/** Whether the node uses a route. */
export function isUsedRoute(method: string, path: string): boolean {
  const pathname = path.replace(/\?.*$/, '');
  return USED_ROUTES.some((route) => route.methods.includes(method) && route.path.test(pathname));
}

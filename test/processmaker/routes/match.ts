import { ApiError } from '../http/errors';
import type { Route } from './route';
import { ROUTES } from './index';
import { reaches } from './version';

const API = /^\/api\/(1\.[01])(\/[^?]*)$/;

/** The real server knows the methods of a path in this order. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export interface Match {
  route: Route;
  id: number;
  parameters: Record<string, string>;
}

interface Candidate extends Match {
  method: string;
}

function candidates(path: string, server: string): Candidate[] {
  const [, version, inner = ''] = API.exec(path) ?? [];
  const isServed = (route: Route): boolean =>
    (route.version ?? '1.0') === version && reaches(server, route.since ?? server);
  return ROUTES.filter(isServed).flatMap((route) => {
    const parameters = patternOf(route.path).exec(inner);
    if (parameters === null) return [];
    const named = { ...parameters.groups };
    return [{ route, method: route.method, id: Number(named['id'] ?? 0), parameters: named }];
  });
}

/** `{id}` and `{file}` stand for a number, every other parameter for a segment. */
function patternOf(path: string): RegExp {
  const pattern = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    ['id', 'file'].includes(name) ? `(?<${name}>\\d+)` : `(?<${name}>[^/]+)`,
  );
  return new RegExp(`^${pattern}/?$`);
}

/** The methods that a path of the API answers to. Every unknown path answers GET, with 404. */
export function allowedMethods(path: string, server: string): string[] {
  const known = new Set(['GET', 'HEAD', ...candidates(path, server).map(({ method }) => method)]);
  return METHODS.filter((method) => known.has(method));
}

/** The route of a call to a server of that version; undefined for a GET that nothing serves. */
export function matchRoute(method: string, path: string, server: string): Match | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = candidates(path, server).find((candidate) => candidate.method === wanted);
  if (found !== undefined) return found;
  if (wanted === 'GET') return undefined;
  const methods = allowedMethods(path, server).join(', ');
  const message = `The ${method} method is not supported for route ${path.slice(1)}. Supported methods: ${methods}.`;
  throw new ApiError(405, { message }, { Allow: methods });
}

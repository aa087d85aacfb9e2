import { ApiError } from '../http/errors';
import type { Route } from './route';
import { ROUTES } from './index';

const API = /^\/api\/1\.0(\/[^?]*)$/;

/** The real server knows the methods of a path in this order. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

export interface Match {
  route: Route;
  id: number;
}

interface Candidate extends Match {
  method: string;
}

function candidates(path: string): Candidate[] {
  const inner = API.exec(path)?.[1] ?? '';
  return ROUTES.flatMap((route) => {
    const pattern = new RegExp(`^${route.path.replace('{id}', '(\\d+)')}/?$`);
    const match = pattern.exec(inner);
    return match === null ? [] : [{ route, method: route.method, id: Number(match[1] ?? 0) }];
  });
}

/** The methods that a path of the API answers to. Every unknown path answers GET, with 404. */
export function allowedMethods(path: string): string[] {
  const known = new Set(['GET', 'HEAD', ...candidates(path).map(({ method }) => method)]);
  return METHODS.filter((method) => known.has(method));
}

/** The route of a call; undefined for a GET that nothing serves. */
export function matchRoute(method: string, path: string): Match | undefined {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const found = candidates(path).find((candidate) => candidate.method === wanted);
  if (found !== undefined) return found;
  if (wanted === 'GET') return undefined;
  const methods = allowedMethods(path).join(', ');
  const message = `The ${method} method is not supported for route ${path.slice(1)}. Supported methods: ${methods}.`;
  throw new ApiError(405, { message }, { Allow: methods });
}

import { createHash } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { authenticate } from './auth';
import { readBody } from './http/body';
import { ApiError, notFound, serverError } from './http/errors';
import { methodOf } from './http/method';
import { Query } from './http/query';
import type { Instance } from './instance';
import { handlePage, sendPage } from './page-server';
import { html } from './pages/html';
import { layout } from './pages/layout';
import { allowedMethods, matchRoute } from './routes/match';
import type { ApiResponse } from './routes/route';
import type { ProcessMakerOptions, RecordedCall } from './types';

const DEFAULT_BODY_LIMIT = 100 * 1024 * 1024;
/** What a web server in front of ProcessMaker takes. */
const URL_LIMIT = 8 * 1024;
const HEADER_LIMIT = 1024 * 1024;
const JSON_TYPE = 'application/json';
const MAINTENANCE_SECONDS = 60;
/** The real server writes this one over three lines. */
const MAINTENANCE = JSON.stringify({ message: 'Service Unavailable' }, null, 4);
const HTML_TYPE = 'text/html; charset=UTF-8';

/** The HTTP side of an instance. Every call goes through one handler, since the real routes overlap. */
export function createServer(
  instance: Instance,
  options: ProcessMakerOptions,
  calls: RecordedCall[],
): FastifyInstance {
  const server = Fastify({
    bodyLimit: options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    http: { maxHeaderSize: HEADER_LIMIT },
    ...(options.tls === undefined ? {} : { https: { ...options.tls, maxHeaderSize: HEADER_LIMIT } }),
  }) as FastifyInstance;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const base = options.basePath ?? '';
  server.all('*', async (request, reply) => {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    calls.push({
      method: request.method,
      path: request.url,
      headers: { ...request.headers },
      body: body.toString('utf8'),
    });
    reply.header('Cache-Control', 'no-cache, private').header('Date', instance.now().toUTCString());
    if (request.url.length > URL_LIMIT) {
      return sendPage(reply, { status: 414, html: layout('Request-URI Too Long') });
    }
    if (instance.maintenance)
      return sendMaintenance(
        request,
        reply,
        options.maintenanceRetrySeconds === undefined ? MAINTENANCE_SECONDS : options.maintenanceRetrySeconds,
      );
    if (!request.url.startsWith(`${base}/`))
      return sendPage(reply, { status: 404, html: layout('Not Found') });
    const url = new URL(request.url.slice(base.length), 'http://instance');
    return url.pathname.startsWith('/api/')
      ? handleApi(instance, request, reply, url, body)
      : handlePage({ instance, base, request, reply, url, body });
  });
  server.setErrorHandler((error, _request, reply) => sendError(reply, error));
  return server;
}

async function handleApi(
  instance: Instance,
  request: FastifyRequest,
  reply: FastifyReply,
  url: URL,
  body: Buffer,
): Promise<FastifyReply> {
  if (request.method === 'OPTIONS') {
    return reply
      .header('Allow', allowedMethods(url.pathname, instance.version).join(','))
      .type(HTML_TYPE)
      .send('');
  }
  const contentType = request.headers['content-type'] ?? '';
  const data = await readBody(body, contentType);
  const match = matchRoute(methodOf(request.method, data), url.pathname, instance.version);
  const user = authenticate(instance, request.headers.authorization);
  if (match === undefined) throw notFound();
  const response = await match.route.handle({
    instance,
    user,
    id: match.id,
    parameters: match.parameters,
    url: `${request.protocol}://${request.host}${request.url.replace(/\?.*$/, '')}`,
    query: new Query(url.searchParams),
    data,
    raw: { bytes: body, contentType },
  });
  await instance.scripts.flush();
  if (response.file !== undefined)
    return reply.code(response.status).headers(response.file.headers).send(response.file.bytes);
  return sendJson(request, reply, response, user.id);
}

function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  response: ApiResponse,
  userId: number,
): FastifyReply {
  if (response.body === undefined) {
    if (response.etag !== undefined) reply.header('ETag', `"${response.etag}"`);
    return reply.code(response.status).send();
  }
  const text = request.method === 'HEAD' ? '' : JSON.stringify(response.body);
  reply.code(response.status).header('Content-Type', JSON_TYPE);
  if (request.method !== 'GET' && request.method !== 'HEAD') return reply.send(Buffer.from(text));
  const etag = `"${response.etag ?? createHash('md5').update(`${userId}${text}`).digest('hex')}"`;
  reply.header('ETag', etag);
  if (request.headers['if-none-match'] === etag) return reply.code(304).removeHeader('Content-Type').send();
  return reply.send(Buffer.from(text));
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  const response = error instanceof ApiError ? error : toApiError(error);
  return reply
    .code(response.status)
    .headers(response.headers)
    .header('Cache-Control', 'no-cache, private')
    .header('Content-Type', JSON_TYPE)
    .send(Buffer.from(JSON.stringify(response.body)));
}

function toApiError(error: unknown): ApiError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new ApiError(413, { message: 'The POST data is too large.' });
  // A mistake of the stand-in itself must not look like a fact about ProcessMaker.
  console.error(error);
  return serverError();
}

function sendMaintenance(
  request: FastifyRequest,
  reply: FastifyReply,
  retrySeconds: number | null,
): FastifyReply {
  reply.code(503);
  if (retrySeconds !== null) reply.header('Retry-After', String(retrySeconds));
  if (!/[/+]json/.test(request.headers.accept?.split(',')[0] ?? '')) {
    return reply.type(HTML_TYPE).send(layout('Service Unavailable', html`<p>503</p>`));
  }
  return reply.header('Content-Type', JSON_TYPE).send(Buffer.from(MAINTENANCE));
}

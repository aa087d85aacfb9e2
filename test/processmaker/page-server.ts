import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBody } from './http/body';
import type { Instance } from './instance';
import { grantTokens } from './oauth/grants';
import { Sessions } from './oauth/sessions';
import { handleApproval, askForApproval, signIn } from './oauth/sign-in';
import { signedInPage, signInPage } from './pages/oauth-pages';
import { html } from './pages/html';
import { layout, PAGE_POLICY } from './pages/layout';
import { sendStartForm, sendTaskForm, showPage, type PageResponse } from './pages/pages';
import { findUser } from './requests/store';

const HTML_TYPE = 'text/html; charset=UTF-8';
const LOCAL_HOSTS = ['127.0.0.1', 'localhost'];

/** What a browser, or a client that wants a token, calls. */
export interface PageCall {
  instance: Instance;
  /** The path below which the instance lives. */
  base: string;
  request: FastifyRequest;
  reply: FastifyReply;
  /** The URL below that path. */
  url: URL;
  body: Buffer;
}

/** Answers everything that is not the API. */
export async function handlePage(call: PageCall): Promise<FastifyReply> {
  const { instance, base, request, reply, url } = call;
  if (url.pathname === '/oauth/token' && request.method === 'POST') return handleTokenCall(call);
  if (['/login', '/oauth/authorize'].includes(url.pathname)) return handleSignIn(call);
  const host = `${request.protocol}://${request.host}`;
  const site = { instance, base, url: `${host}${base}` };
  const [, kind, id] = /^\/(tasks|process-browser)\/(\d+)(?:\/edit)?$/.exec(url.pathname) ?? [];
  if (request.method !== 'POST' || kind === undefined) {
    return sendPage(reply, await showPage(site, url.pathname));
  }
  // Any site can send a browser's form here, or call itself by this machine's address.
  const { origin = host } = request.headers;
  if (origin !== host || !LOCAL_HOSTS.includes(request.hostname)) {
    return sendPage(reply, {
      status: 403,
      html: layout('Forbidden', html`<p>This form came from another site.</p>`),
    });
  }
  const form = await formOf(call);
  const response =
    kind === 'tasks'
      ? await sendTaskForm(site, Number(id), form)
      : await sendStartForm(site, Number(id), url.searchParams.get('event') ?? '', form);
  await instance.scripts.flush();
  return sendPage(reply, response);
}

const formOf = ({ request, body }: PageCall): ReturnType<typeof readBody> =>
  readBody(body, request.headers['content-type'] ?? '');

async function handleTokenCall(call: PageCall): Promise<FastifyReply> {
  const { instance, request, reply } = call;
  reply.headers(instance.tokenCalls.next(instance.now()));
  const tokens = grantTokens(instance, await formOf(call), request.headers.authorization);
  return reply
    .headers({ 'Cache-Control': 'no-store, private', pragma: 'no-cache' })
    .header('Content-Type', 'application/json; charset=UTF-8')
    .send(Buffer.from(JSON.stringify(tokens)));
}

async function handleSignIn(call: PageCall): Promise<FastifyReply> {
  const { instance, base, request, reply, url } = call;
  const session = instance.sessions.of(request.headers.cookie);
  reply.header('Set-Cookie', Sessions.cookie(session));
  const isSent = request.method === 'POST';
  if (url.pathname === '/login') {
    if (isSent) return sendPage(reply, signIn(instance, base, session, await formOf(call)));
    const user = session.userId === undefined ? undefined : findUser(instance, session.userId);
    return sendPage(reply, {
      status: 200,
      html: user ? signedInPage(base, user.username) : signInPage(base),
    });
  }
  if (isSent) return sendPage(reply, handleApproval(instance, session, await formOf(call)));
  return sendPage(reply, askForApproval(instance, base, session, url.searchParams));
}

/** Sends a page, or the browser on to another one. */
export function sendPage(reply: FastifyReply, response: PageResponse): FastifyReply {
  if ('redirect' in response) return reply.redirect(response.redirect, 302);
  return reply
    .code(response.status)
    .header('Content-Security-Policy', PAGE_POLICY)
    .type(HTML_TYPE)
    .send(response.html);
}

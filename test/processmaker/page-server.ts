import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBody } from './http/body';
import type { Instance } from './instance';
import { grantTokens } from './oauth/grants';
import { Sessions } from './oauth/sessions';
import { handleApproval, askForApproval, signIn } from './oauth/sign-in';
import { signedInPage, signInPage } from './pages/oauth-pages';
import { sendTaskForm, showPage, type PageResponse } from './pages/pages';
import { findUser } from './requests/store';

const HTML_TYPE = 'text/html; charset=UTF-8';

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
  const task = /^\/tasks\/(\d+)\/edit$/.exec(url.pathname)?.[1];
  if (request.method !== 'POST' || task === undefined) {
    return sendPage(reply, await showPage(instance, base, url.pathname));
  }
  const response = await sendTaskForm(instance, base, Number(task), await formOf(call));
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
    return sendPage(reply, { status: 200, html: user ? signedInPage(user.username) : signInPage(base) });
  }
  if (isSent) return sendPage(reply, handleApproval(instance, session, await formOf(call)));
  return sendPage(reply, askForApproval(instance, base, session, url.searchParams));
}

/** Sends a page, or the browser on to another one. */
export function sendPage(reply: FastifyReply, response: PageResponse): FastifyReply {
  if ('redirect' in response) return reply.redirect(response.redirect, 302);
  return reply.code(response.status).type(HTML_TYPE).send(response.html);
}

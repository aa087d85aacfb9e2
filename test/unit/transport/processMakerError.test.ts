import { inspect } from 'node:util';

import type { IHttpRequestOptions } from 'n8n-workflow';

import { type Connection, RetryBudget } from '../../../nodes/ProcessMaker/transport/connection';
import { ProcessMakerError } from '../../../nodes/ProcessMaker/transport/processMakerError';
import { type ApiCall, sendRequest } from '../../../nodes/ProcessMaker/transport/request';

const TOKEN = 'secret-token';
const CALLS: ApiCall[] = [
  { method: 'GET', path: '1.0/requests' },
  { method: 'POST', path: '1.0/process_events/2', body: '{}' },
];

function connectionTo(request: (options: IHttpRequestOptions) => Promise<unknown>, isOAuth2 = false) {
  const httpRequestWithAuthentication = async (_credential: string, options: IHttpRequestOptions) =>
    await request(options);
  const context: unknown = { helpers: { httpRequestWithAuthentication } };
  return {
    context: context as Connection['context'],
    instanceUrl: 'https://acme.net',
    credential: 'processMakerApi',
    isOAuth2,
    ignoreSslIssues: false,
    headers: {},
    canceled: undefined,
    stopped: undefined,
    retries: new RetryBudget(0),
    scrub: (text) => text.replaceAll(TOKEN, '***'),
    learnSecrets: () => Promise.resolve(),
  } satisfies Connection;
}

/** What n8n throws: its own error around that of axios, which holds the call, its headers and its response. */
function axiosError(options: IHttpRequestOptions, code: string): Error {
  const config = { ...options, headers: { ...options.headers, Authorization: `Bearer ${TOKEN}` } };
  const cause = Object.assign(new Error(`connect failed with Bearer ${TOKEN}`), { config });
  const request = { _header: `Authorization: Bearer ${TOKEN}` };
  const response = { status: 401, config, request, data: { token: TOKEN } };
  const inner = Object.assign(new Error(`Bearer ${TOKEN}`, { cause }), { code, config, request, response });
  return Object.assign(new Error(`Bearer ${TOKEN}`, { cause: inner }), { config, request, response });
}

async function failureOf(connection: Connection, call: ApiCall): Promise<ProcessMakerError> {
  const thrown: unknown = await sendRequest(connection, call).catch((error: unknown) => error);
  if (!(thrown instanceof ProcessMakerError)) throw new Error('The call did not fail as it should');
  return thrown;
}

function expectNoSecret(error: ProcessMakerError): void {
  for (const one of [error, error.with({ requestId: 7 })]) {
    expect(inspect(one, { depth: Infinity, showHidden: true })).not.toContain(TOKEN);
    expect(one).not.toHaveProperty('cause');
    expect(one).not.toHaveProperty('config');
    expect(one).not.toHaveProperty('request');
    expect(one).not.toHaveProperty('response');
  }
}

describe.each(CALLS)('ProcessMakerError of a $method', (call) => {
  test.each([
    ['ECONNREFUSED', 'unreachable'],
    ['ECONNRESET', 'connectionLost'],
    ['ECONNABORTED', 'timeout'],
    ['ERR_CANCELED', 'canceled'],
    ['CERT_HAS_EXPIRED', 'certificate'],
    ['', 'connectionLost'],
  ])('an error with code "%s" keeps nothing of the call that was sent', async (code, kind) => {
    const connection = connectionTo(async (options) => await Promise.reject(axiosError(options, code)));
    const error = await failureOf(connection, call);
    expect(error.kind).toBe(kind);
    expectNoSecret(error);
  });

  test('an error about a refused OAuth2 token keeps nothing of the call that was sent', async () => {
    const refuse = async (options: IHttpRequestOptions) =>
      await Promise.reject(Object.assign(axiosError(options, 'ERR_BAD_REQUEST'), { httpCode: '401' }));
    const error = await failureOf(connectionTo(refuse, true), call);
    expect(error).toMatchObject({ kind: 'unauthorized', httpStatus: 401 });
    expectNoSecret(error);
  });

  test.each([
    [422, { message: `x ${TOKEN}`, errors: { [TOKEN]: [`Bearer ${TOKEN} is too long`] } }, 'invalid'],
    [400, { message: `No such field: ${TOKEN}` }, 'badRequest'],
    [502, `<html>Authorization: Bearer ${TOKEN}</html>`, 'gateway'],
    [302, '', 'redirect'],
  ])('an error about a response %i that echoes the token does not show the token', async (...given) => {
    const [statusCode, body, kind] = given;
    const headers = { location: `https://other.net/${TOKEN}`, 'set-cookie': [`token=${TOKEN}`] };
    const error = await failureOf(
      connectionTo(async () => await Promise.resolve({ statusCode, headers, body })),
      call,
    );
    expect(error).toMatchObject({ kind, httpStatus: statusCode });
    expectNoSecret(error);
  });
});

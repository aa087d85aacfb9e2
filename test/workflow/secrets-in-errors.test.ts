import { inspect } from 'node:util';
import type { INodeParameters } from 'n8n-workflow';
import type { CredentialData } from '../support/credentials';
import { searchList } from '../support/editor';
import type { Behaviour, Call } from '../support/gateway';
import { pass, redirect, respond } from '../support/gateway';
import { Poller } from '../support/poller';
import type { Run } from '../support/run';
import { startTasks } from '../support/tasks';
import { ERROR_OUTPUT, locator, PROCESS_MAKER } from '../support/workflows';
import { useHarness } from '../support/harness';
import { itWith, n8nHas } from '../support/features';

const harness = useHarness();

const HEADER = 'gateway-secret-5150';
const START = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const CALLBACK = { waitFor: 'callback' };

interface Access {
  parameters: INodeParameters;
  credentials: CredentialData;
  secrets: string[];
}

/** A credential of each type, with all that must never be seen. */
const ACCESSES: Record<string, () => Access> = {
  'an access token': () => {
    const { processMakerApi = {} } = harness.credentials('admin');
    return {
      parameters: {},
      credentials: { processMakerApi: { ...processMakerApi, ...extraHeaders } },
      secrets: [harness.server.tokens.admin, HEADER],
    };
  },
  OAuth2: () => {
    const { client } = harness.server.oauth;
    const { accessToken, refreshToken = '' } = harness.server.oauth.issue('admin');
    const processMakerOAuth2Api = {
      instanceUrl: harness.gateway.url,
      clientId: client.id,
      clientSecret: client.secret,
      oauthTokenData: { access_token: accessToken, refresh_token: refreshToken, token_type: 'Bearer' },
      ...extraHeaders,
    };
    return {
      parameters: { authentication: 'oAuth2' },
      credentials: { processMakerOAuth2Api },
      secrets: [accessToken, refreshToken, client.secret, HEADER],
    };
  },
};
const extraHeaders = { extraHeaders: { header1: { name: 'X-Gateway-Key', value: HEADER } } };

/** All that a call has brought, as a server or a gateway may quote it, and what else must not be seen. */
const quote = ({ headers, path, body }: Call, secrets: string[]) =>
  `${JSON.stringify(headers)} ${decodeURIComponent(path)} ${body} ${secrets.join(' ')}`;

/** Responses that quote a text. */
const ANSWERS: Array<[name: string, answer: (text: string) => Behaviour]> = [
  ['400', (text) => respond(400, { message: text })],
  ['403', (text) => respond(403, { message: text })],
  ['404', (text) => respond(404, { message: text })],
  ['422', (text) => respond(422, { message: text })],
  ['422 by field', (text) => respond(422, { message: '', errors: { [text]: [text] } })],
  ['a redirect', (text) => redirect(302, `https://elsewhere.example/${encodeURIComponent(text)}`)],
  ['a plain redirect', (text) => redirect(302, `https://elsewhere.example/${text.replaceAll(/\W/g, '-')}`)],
  ['a page', (text) => respond(200, `<html>${text}</html>`)],
  ['foreign JSON', (text) => respond(200, { message: text, data: text, meta: text })],
  ['a Request of another form', (text) => respond(200, { id: text, status: text, errors: text })],
];

/** Is called before what is to fail, with the method of the calls that are answered otherwise than by the server. */
type Prepared = (method?: string) => void;

/** What is done, and gives all that n8n keeps or shows of it. */
type Deed = (access: Access, prepared: Prepared) => Promise<string>;

async function runBoth(
  { parameters, credentials }: Access,
  given: INodeParameters,
  input: object[] = [{ number: 1 }],
): Promise<string> {
  const options = { input, credentials };
  const failed = await harness.start({ ...parameters, ...given }, { ...options, settings: ERROR_OUTPUT });
  expect(failed.items('ProcessMaker', 1)).toHaveLength(1);
  const stopped = await harness.start({ ...parameters, ...given }, options);
  expect(stopped.status).toBe('error');
  return shownOf(failed) + shownOf(stopped);
}

/** All of a run but the place where n8n itself keeps the signature of its URL. */
function shownOf({ data }: Run): string {
  return inspect({ ...data, resumeToken: undefined }, INSPECTED);
}

const INSPECTED = { depth: Infinity, maxStringLength: Infinity, maxArrayLength: Infinity };

async function thrownBy(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(
    () => Promise.reject(new Error('It went well.')),
    (error: unknown) => error,
  );
  return inspect(thrown, { ...INSPECTED, showHidden: true });
}

const starting =
  (parameters: INodeParameters = {}): Deed =>
  async (access, prepared) => {
    prepared('POST');
    return await runBoth(access, { ...START, options: { recoveryWindow: 0 }, ...parameters });
  };

function onRequest(operation: string, parameters: INodeParameters, method?: string): Deed {
  return async (access, prepared) => {
    const [task] = await startTasks(harness);
    prepared(method);
    const request = locator('id', task?.requestId ?? 0);
    return await runBoth(access, { resource: 'request', operation, request, ...parameters });
  };
}

const searching: Deed = async ({ parameters, credentials }, prepared) => {
  prepared();
  const search = { nodeType: PROCESS_MAKER, method: 'searchProcesses', parameters, credentials };
  return await thrownBy(searchList(harness.engine, search));
};

const polling: Deed = async ({ parameters, credentials }, prepared) => {
  const watched = { ...parameters, triggerOn: ['requestStarted'] };
  const poller = new Poller(harness.engine, watched, credentials);
  await poller.activate();
  prepared();
  await poller.poll();
  expect(poller.errors).toHaveLength(1);
  return inspect(poller.errors, { ...INSPECTED, showHidden: true });
};

const DEEDS: Array<[name: string, deed: Deed]> = [
  ['a start', starting()],
  ['a start that waits for a call', starting(CALLBACK)],
  ['a wait for the end', onRequest('wait', { waitFor: 'finish', options: { timeLimit: 1 } })],
  ['a wait for a call', onRequest('wait', CALLBACK, 'PUT')],
  ['a get', onRequest('get', {})],
  ['a cancellation', onRequest('cancel', {}, 'PUT')],
  ['a list search', searching],
  ['a poll', polling],
];

/** The secrets of n8n's URLs that were sent. */
function signatures(): string[] {
  const found = harness.gateway.calls.flatMap(({ body }) => [...body.matchAll(/signature=([\w-]+)/g)]);
  return found.map(([, signature = '']) => signature);
}

/** Answers the calls of a method, or all, in place of the server. */
function answerCalls(method: string | undefined, answer: (call: Call) => Behaviour): void {
  harness.gateway.treat = (call) =>
    method === undefined || call.method === method ? answer(call) : undefined;
}

function expectHidden(shown: string, { secrets }: Access): void {
  expect(harness.gateway.calls.at(-1)?.headers['x-gateway-key']).toBe(HEADER);
  for (const secret of [...secrets, ...signatures()]) expect(shown).not.toContain(secret);
}

describe.each(Object.entries(ACCESSES))('with %s', (_access, accessOf) => {
  describe.each(DEEDS)('%s', (_deed, deed) => {
    it.each(ANSWERS)('shows no secret that %s quotes', async (name, answer) => {
      const access = accessOf();
      const shown = await deed(access, (method) =>
        answerCalls(method, (call) => answer(quote(call, access.secrets))),
      );
      expectHidden(shown, access);
      if (/^4[02]2/.test(name)) expect(shown).toContain('***');
    });
  });

  it.each<[string, INodeParameters]>([
    ['a start', {}],
    ['a start that waits for a call', CALLBACK],
  ])('%s shows no secret that the engine quotes', async (_deed, parameters) => {
    const access = accessOf();
    const shown = await starting(parameters)(access, (method) =>
      answerCalls(method, (call) => {
        const errors = [{ message: quote(call, access.secrets), element_name: quote(call, access.secrets) }];
        return respond(201, { id: 7, status: 'ERROR', errors });
      }),
    );
    expect(shown).toContain('is in status ERROR');
    expect(shown).toContain('***');
    expectHidden(shown, access);
    const isSigned = parameters === CALLBACK && n8nHas('a resume token');
    expect(signatures()).toHaveLength(isSigned ? 2 : 0);
  });

  it.each<[string, Deed]>([
    ['a wait for the end', onRequest('wait', { waitFor: 'finish' }, 'GET')],
    ['a wait for a call', onRequest('wait', CALLBACK, 'PUT')],
  ])('%s shows no secret that the engine quotes', async (_deed, deed) => {
    const access = accessOf();
    const shown = await deed(access, (method) =>
      answerCalls(method, (call) => async (response, forward) => {
        const { id = 0 } = harness.requests().at(-1) ?? {};
        harness.server.failRequest(id, quote(call, access.secrets));
        await pass(response, forward);
      }),
    );
    expect(shown).toContain('has ended in status ERROR');
    expect(shown).toContain('***');
    expectHidden(shown, access);
  });
});

describe('with OAuth2, when the token has to be renewed', () => {
  const accessOf = ACCESSES.OAuth2 as () => Access;
  const deeds = DEEDS.filter(([name]) => !/cancel|call/.test(name));

  itWith('the renewal of OAuth2 tokens').each(deeds)(
    '%s shows no secret that the refusal to do so quotes',
    async (_deed, deed) => {
      const access = accessOf();
      const shown = await deed(access, () => {
        harness.gateway.treat = (call) => {
          const text = quote(call, access.secrets);
          return call.path === '/oauth/token'
            ? respond(400, { error: 'invalid_grant', error_description: text, hint: text, message: text })
            : respond(401, { message: text });
        };
      });
      expect(harness.gateway.calls.some(({ path }) => path === '/oauth/token')).toBe(true);
      for (const secret of access.secrets) expect(shown).not.toContain(secret);
    },
  );

  itWith('the renewal of OAuth2 tokens').each(deeds)(
    '%s does not show the new token either',
    async (_deed, deed) => {
      const access = accessOf();
      const old = access.secrets[0] ?? '';
      const shown = await deed(access, () => {
        harness.gateway.treat = ({ headers, path }) => {
          if (path === '/oauth/token') return undefined;
          const { authorization = '' } = headers;
          const isOld = authorization === `Bearer ${old}`;
          return isOld ? respond(401, {}) : respond(422, { message: `Refused: ${authorization}` });
        };
      });
      const sent = harness.gateway.calls.map(({ headers }) => headers.authorization ?? '');
      const renewed = sent.filter((text) => /^Bearer /.test(text) && !text.includes(old));
      expect(renewed.length).toBeGreaterThan(0);
      for (const text of renewed) expect(shown).not.toContain(text.replace('Bearer ', ''));
    },
  );
});

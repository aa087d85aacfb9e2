import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import type { INodeParameters } from 'n8n-workflow';
import type { IssuedTokens } from '../processmaker';
import type { CredentialData } from '../support/credentials';
import { searchList } from '../support/editor';
import { pass, respond, type Behaviour } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator, PROCESS_MAKER } from '../support/workflows';
import { useHarness } from '../support/harness';
import { itWith, itWithout, n8nHas } from '../support/features';

const harness = useHarness();

const START = { authentication: 'oAuth2', process: locator('id', 2), startEvent: locator('id', 'node_1') };
const INPUT = Array.from({ length: 20 }, (_, number) => ({ number }));

function credentials(tokens: IssuedTokens | undefined, client: { id?: string; secret?: string } = {}) {
  const { id, secret } = { ...harness.server.oauth.client, ...client };
  return {
    processMakerOAuth2Api: {
      instanceUrl: harness.gateway.url,
      clientId: id,
      clientSecret: secret,
      ...(tokens && {
        oauthTokenData: {
          access_token: tokens.accessToken,
          refresh_token: tokens.refreshToken ?? '',
          token_type: 'Bearer',
        },
      }),
    },
  } satisfies CredentialData;
}

const start = (tokens: IssuedTokens | undefined, options: INodeParameters = {}, input: unknown[] = INPUT) =>
  harness.start({ ...START, options }, { input, credentials: credentials(tokens), settings: ERROR_OUTPUT });
const renewals = () => harness.server.calls.filter(({ path }) => path === '/oauth/token').length;

it('authorizes calls with the OAuth2 token, and shows no secret', async () => {
  const tokens = harness.server.oauth.issue('limited');
  const run = await start(tokens, {}, [{ number: 1 }]);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
  expect(harness.starts()[0]?.headers.authorization).toBe(`Bearer ${tokens.accessToken}`);
  for (const secret of [tokens.accessToken, tokens.refreshToken, harness.server.oauth.client.secret]) {
    expect(run.text).not.toContain(secret);
  }
});

itWith('one renewal of an OAuth2 token for calls at the same time').each([0, 7])(
  'loses no item when the OAuth2 token expires after %d calls',
  async (calls) => {
    const tokens = harness.server.oauth.issue('limited');
    harness.server.oauth.expire(tokens.accessToken, calls);
    const before = renewals();
    const run = await start(tokens);
    expect(run.items('ProcessMaker')).toHaveLength(20);
    expect(harness.numbers().sort((a, b) => Number(a) - Number(b))).toEqual(
      INPUT.map(({ number }) => number),
    );
    expect(renewals() - before).toBe(1);
  },
);

const PIECE = Buffer.alloc(64 * 1024, 'a');

itWith('the renewal of OAuth2 tokens', 'an end of connections that have gone silent').each<
  [string, string, (text: string) => Buffer[]]
>([
  ['text', 'identity', (text) => [Buffer.from(text), PIECE]],
  ['gzip', 'gzip', (text) => [gzipSync(text), gzipSync(PIECE)]],
  ['nothing more', 'identity', (text) => [Buffer.from(text)]],
])('leaves no connection open to a 401 whose %s has no end', async (_, encoding, pieces) => {
  const tokens = harness.server.oauth.issue('limited');
  const [begin, piece] = pieces('{"error":"');
  const endless: Behaviour = async (response) => {
    response.writeHead(401, { 'content-type': 'application/json', 'content-encoding': encoding });
    response.write(begin);
    function* forEver() {
      while (piece) yield piece;
    }
    if (piece) await pipeline(Readable.from(forEver()), response).catch(() => undefined);
  };
  let calls = 0;
  harness.gateway.treat = ({ path }) => (path.startsWith('/api/') && ++calls === 1 ? endless : undefined);
  const run = await start(tokens, {}, [{ number: 1 }]);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
  for (let waited = 0; waited < 1500 && (await harness.gateway.connections()) > 0; waited += 50)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await harness.gateway.connections()).toBe(0);
});

itWith('the renewal of OAuth2 tokens')(
  'sends nothing any more when a token comes after the time limit of the call for which it was renewed',
  async () => {
    const tokens = harness.server.oauth.issue('limited');
    let renewed: Promise<void> = Promise.resolve();
    let starts = 0;
    harness.gateway.treat = ({ path, method }) => {
      if (path === '/oauth/token')
        return (...call) =>
          (renewed = new Promise((resolve) => setTimeout(resolve, 3000)).then(() => pass(...call)));
      return method === 'POST' && ++starts === 1 ? respond(401, { error: 'Unauthenticated.' }) : undefined;
    };
    const run = await start(tokens, { timeout: 1, recoveryWindow: 1 }, [{ number: 1 }]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    await renewed;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(starts).toBe(1);
    expect(harness.requests()).toEqual([]);
  },
);

itWith('the renewal of OAuth2 tokens')(
  'says what to do when the OAuth2 token cannot be renewed',
  async () => {
    const tokens = harness.server.oauth.issue('limited');
    harness.server.oauth.revoke(tokens.accessToken);
    const run = await start(tokens, {}, [{ number: 1 }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringMatching(/could not renew.*connect it again/s) as string, outcome: 'notStarted' },
    ]);
    expect(run.text).not.toContain(tokens.refreshToken);
    expect(harness.requests()).toEqual([]);
  },
);

itWith("the cause in n8n's errors").each([{ id: '99' }, { secret: 'mistyped-secret' }])(
  "says that the client's ID or secret is wrong when the OAuth2 token cannot be renewed with %p",
  async (client) => {
    const tokens = harness.server.oauth.issue('limited');
    harness.server.oauth.expire(tokens.accessToken);
    const run = await harness.start(START, {
      input: [{ number: 1 }],
      credentials: credentials(tokens, client),
      settings: ERROR_OUTPUT,
    });
    expect(failedItems(run)).toMatchObject([
      {
        message: expect.stringMatching(
          /does not know the OAuth2 client: .* ID or its secret is wrong/,
        ) as string,
        description: expect.stringContaining("'Client ID' and 'Client Secret'") as string,
        outcome: 'notStarted',
      },
    ]);
    expect(run.text).not.toContain(tokens.refreshToken);
    expect(harness.requests()).toEqual([]);
  },
);

itWithout('the renewal of OAuth2 tokens')(
  'starts nothing with an OAuth2 token that has expired, and asks to connect the credential again',
  async () => {
    const tokens = harness.server.oauth.issue('limited');
    harness.server.oauth.expire(tokens.accessToken);
    const run = await start(tokens, {}, [{ number: 1 }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(/did not accept the OAuth2 token.*connect it again/s) as string,
        httpStatus: 401,
        outcome: 'notStarted',
      },
    ]);
    expect(harness.requests()).toEqual([]);
  },
);

it('says what to do when the OAuth2 credential was never connected', async () => {
  const run = await start(undefined, {}, [{ number: 1 }]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringMatching(/no OAuth2 token.*connect it again/s) as string, outcome: 'notStarted' },
  ]);
  expect(harness.gateway.calls).toEqual([]);
});

itWith('the renewal of OAuth2 tokens')('says that even the renewed OAuth2 token is refused', async () => {
  harness.gateway.treat = ({ path }) =>
    path.startsWith('/api/') ? respond(401, { error: 'Unauthenticated.' }) : undefined;
  const run = await start(harness.server.oauth.issue('limited'), {}, [{ number: 1 }]);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining('did not accept the OAuth2 token, not even a renewed one') as string,
      httpStatus: 401,
      outcome: 'notStarted',
    },
  ]);
  // An older n8n sends it a third time, without a token.
  const sent = n8nHas('one repeat after a 401') ? 2 : 3;
  expect(harness.starts().filter(({ path }) => path.startsWith('/api/'))).toHaveLength(sent);
});

it('fills the lists of the editor with an OAuth2 credential', async () => {
  const { results } = await searchList(harness.engine, {
    nodeType: PROCESS_MAKER,
    method: 'searchProcesses',
    parameters: { authentication: 'oAuth2' },
    credentials: credentials(harness.server.oauth.issue('limited')),
  });
  expect(results.length).toBeGreaterThan(3);
});

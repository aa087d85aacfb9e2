import { binary, givenFile, REQUEST_OF_ITEM, rows, startedRequests } from '../../support/files';
import { answer } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useWorld } from '../../support/world';

const world = useWorld();

/** An OAuth2 credential whose token has expired. */
const expired = () => ({
  processMakerOAuth2Api: {
    instanceUrl: world.gateway.url,
    clientId: '3',
    clientSecret: 'client-secret',
    grantType: 'authorizationCode',
    accessTokenUrl: `${world.gateway.url}/oauth/token`,
    authentication: 'body',
    oauthTokenData: { token_type: 'Bearer', access_token: 'expired-token', refresh_token: 'refresh-token' },
  },
});
const perform = (operation: string, parameters: object, input: Array<{ id?: number; fileId?: number }>) =>
  world.perform(
    operation,
    { authentication: 'oAuth2', ...REQUEST_OF_ITEM, ...parameters },
    {
      input,
      binaries: input.map(({ id }) => ({ data: binary('a.txt', `of ${id}`) })),
      credentials: expired(),
      settings: ERROR_OUTPUT,
    },
  );
const renewed = () =>
  answer(200, {
    token_type: 'Bearer',
    expires_in: 3600,
    access_token: world.server.tokens.limited,
    refresh_token: 'next-refresh-token',
  });

it('sends a file again that met an expired token', async () => {
  const requests = await startedRequests(world, 3);
  world.gateway.treat = ({ path }) => (path === '/oauth/token' ? renewed() : undefined);
  const run = await perform('file upload', rows(['data', 'x']), requests);
  expect(run.items('ProcessMaker')).toHaveLength(3);
  expect(
    world
      .files()
      .map(({ requestId, content }) => [requestId, content.toString()])
      .sort(),
  ).toEqual(requests.map(({ id }) => [id, `of ${id}`]).sort());
});

it('reads a file again that met an expired token', async () => {
  const [request] = await startedRequests(world);
  const fileId = await givenFile(world, request?.id, 'a.txt', 'content', 'x');
  world.gateway.treat = ({ path }) => (path === '/oauth/token' ? renewed() : undefined);
  const file = { file: locator('id', '={{ $json.fileId }}') };
  const run = await perform('file download', file, [{ id: request?.id, fileId }]);
  const data = run.outputs('ProcessMaker')[0]?.[0]?.binary?.data?.data ?? '';
  expect(Buffer.from(data, 'base64').toString()).toBe('content');
});

it.each([
  ['cannot be renewed', () => answer(400, { error: 'invalid_grant', error_description: 'It is invalid.' })],
  ['is renewed in vain', () => answer(200, { token_type: 'Bearer', access_token: 'another-token' })],
])(
  'says that the credential has to be connected again when its token %s, and shows no token',
  async (_, token) => {
    const requests = await startedRequests(world);
    world.gateway.treat = ({ path }) => (path === '/oauth/token' ? token() : undefined);
    const run = await perform('file upload', rows(['data', 'x']), requests);
    expect(failedItems(run)).toMatchObject([
      {
        error: expect.stringContaining('Open the credential in n8n and connect it again') as string,
        details: { outcome: 'notDone' },
      },
    ]);
    expect(world.files()).toEqual([]);
    for (const secret of ['expired-token', 'another-token', 'refresh-token', 'client-secret']) {
      expect(JSON.stringify(run.items('ProcessMaker', 1))).not.toContain(secret);
    }
  },
);

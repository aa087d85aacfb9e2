import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { IssuedTokens } from '../../processmaker';
import { binary, givenFile, REQUEST_OF_ITEM, rows, startedRequests } from '../../support/files';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness } from '../../support/harness';
import { itWith } from '../../support/features';

const harness = useHarness();

const perform = (
  operation: string,
  parameters: INodeParameters,
  input: IDataObject[],
  tokens: IssuedTokens,
) =>
  harness.perform(
    operation,
    { authentication: 'oAuth2', ...REQUEST_OF_ITEM, ...parameters },
    {
      input,
      binaries: input.map(({ id }) => ({ data: binary('a.txt', `of ${String(id as number)}`) })),
      credentials: {
        processMakerOAuth2Api: {
          instanceUrl: harness.gateway.url,
          clientId: harness.server.oauth.client.id,
          clientSecret: harness.server.oauth.client.secret,
          oauthTokenData: {
            access_token: tokens.accessToken,
            refresh_token: tokens.refreshToken ?? '',
            token_type: 'Bearer',
          },
        },
      },
      settings: ERROR_OUTPUT,
    },
  );

itWith('one renewal of an OAuth2 token for calls at the same time').each([0, 3])(
  'uploads files again when the access token expires after %d calls',
  async (calls) => {
    const requests = await startedRequests(harness, 6);
    const tokens = harness.server.oauth.issue('limited');
    harness.server.oauth.expire(tokens.accessToken, calls);
    const run = await perform('file upload', rows(['data', 'x']), requests, tokens);
    expect(run.items('ProcessMaker')).toHaveLength(6);
    expect(
      harness
        .files()
        .map(({ requestId, content }) => [requestId, content.toString()])
        .sort(),
    ).toEqual(requests.map(({ id }) => [id, `of ${id}`]).sort());
  },
);

itWith('the renewal of OAuth2 tokens')('downloads a file again when the access token expires', async () => {
  const [request] = await startedRequests(harness);
  const fileId = await givenFile(harness, request?.id, 'a.txt', 'content', 'x');
  const tokens = harness.server.oauth.issue('limited');
  // The token is valid for the list, and expired for the file.
  harness.server.oauth.expire(tokens.accessToken, 1);
  const file = { file: locator('id', '={{ $json.fileId }}') };
  const run = await perform('file download', file, [{ id: request?.id, fileId }], tokens);
  const data = run.outputs('ProcessMaker')[0]?.[0]?.binary?.data?.data ?? '';
  expect(Buffer.from(data, 'base64').toString()).toBe('content');
});

it('asks to connect the credential again when its token is revoked, and shows no token', async () => {
  const requests = await startedRequests(harness);
  const tokens = harness.server.oauth.issue('limited');
  harness.server.oauth.revoke(tokens.accessToken);
  const run = await perform('file upload', rows(['data', 'x']), requests, tokens);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('connect it again') as string, outcome: 'notDone' },
  ]);
  expect(harness.files()).toEqual([]);
  for (const secret of [tokens.accessToken, tokens.refreshToken, harness.server.oauth.client.secret]) {
    expect(run.text).not.toContain(secret);
  }
});

import type { INodeCredentialTestResult } from 'n8n-workflow';
import { testCredential } from '../support/credential-test';
import { type Behaviour, respond } from '../support/gateway';
import type { User } from '../support/harness';
import { useHarness } from '../support/harness';
import { itWith, itWithout } from '../support/features';

const harness = useHarness();

async function test(user: User, instanceUrl?: string): Promise<INodeCredentialTestResult> {
  const { processMakerApi = {} } = harness.credentials(user, instanceUrl);
  return await testCredential(harness.engine, 'processMakerApi', processMakerApi);
}

it.each(['admin', 'limited', 'nobody', 'operator'] as const)(
  'accepts the token of the user %s with one call',
  async (user) => {
    expect(await test(user)).toMatchObject({ status: 'OK' });
    expect(harness.gateway.calls).toHaveLength(1);
    expect(harness.gateway.calls[0]?.method).toBe('GET');
  },
);

const itInOwnWords = itWith("the cause in n8n's errors");

itInOwnWords.each(['expired', 'revoked'] as const)(
  'rejects an Access Token that is %s, and names it',
  async (user) => {
    const { status, message } = await test(user);
    expect(status).toBe('Error');
    expect(message).toContain('Access Token');
  },
);

it.each([
  ['an HTML page', respond(200, '<!DOCTYPE html><html></html>')],
  ['foreign JSON', respond(200, { hello: 'world' })],
  ['a list', respond(200, [])],
])('says that a server is not ProcessMaker when it sends %s', async (_, behaviour) => {
  await expectNoProcessMaker(behaviour);
});

itInOwnWords.each([
  ['HTML', respond(404, '<html></html>')],
  ['JSON', respond(404, { error: 'Not Found' })],
])('says that a server is not ProcessMaker when it sends a 404 as %s', async (_, behaviour) => {
  await expectNoProcessMaker(behaviour);
});

async function expectNoProcessMaker(behaviour: Behaviour): Promise<void> {
  harness.gateway.treat = () => behaviour;
  const { status, message } = await test('limited');
  expect(status).toBe('Error');
  expect(message).toMatch(/no ProcessMaker/i);
}

itWithout("the cause in n8n's errors").each([401, 404, 503])(
  'does not accept a credential, in the words of n8n, when ProcessMaker responds with %i',
  async (status) => {
    harness.gateway.treat = () => respond(status, { message: 'No.' });
    expect(await test('limited')).toEqual({
      status: 'Error',
      message: expect.stringMatching(/Authorization failed|could not be found|Service unavailable/) as string,
    });
  },
);

itInOwnWords('says that the instance is in maintenance', async () => {
  harness.server.maintenance = true;
  expect(await test('limited')).toMatchObject({
    status: 'Error',
    message: expect.stringContaining('maintenance') as string,
  });
});

it('does not accept a credential whose server cannot be reached', async () => {
  expect(await test('limited', 'http://127.0.0.1:1')).toEqual({
    status: 'Error',
    message: expect.stringMatching(/ECONNREFUSED|refused the connection/) as string,
  });
});

it('does not show the token when the credential test fails', async () => {
  harness.gateway.treat = () => respond(500, { message: 'Server Error' });
  expect((await test('limited')).message).not.toContain(harness.server.tokens.limited);
});

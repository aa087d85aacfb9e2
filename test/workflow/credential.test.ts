import type { INodeCredentialTestResult } from 'n8n-workflow';
import { testCredential } from '../support/credential-test';
import { respond } from '../support/gateway';
import type { User } from '../support/harness';
import { useHarness } from '../support/harness';

const harness = useHarness();

async function test(user: User, instanceUrl?: string): Promise<INodeCredentialTestResult> {
  const { processMakerApi = {} } = harness.credentials(user, instanceUrl);
  return await testCredential(harness.engine, 'processMakerApi', processMakerApi);
}

it.each(['admin', 'limited', 'nobody', 'operator'] as const)(
  'accepts the token of %s with one call',
  async (user) => {
    expect(await test(user)).toMatchObject({ status: 'OK' });
    expect(harness.gateway.calls).toHaveLength(1);
    expect(harness.gateway.calls[0]?.method).toBe('GET');
  },
);

it.each(['expired', 'revoked'] as const)('says that a token is wrong when it is %s', async (user) => {
  const { status, message } = await test(user);
  expect(status).toBe('Error');
  expect(message).toContain('Access Token');
});

it.each([
  ['a page', respond(200, '<!DOCTYPE html><html></html>')],
  ['foreign JSON', respond(200, { hello: 'world' })],
  ['a list', respond(200, [])],
  ['404 as HTML', respond(404, '<html></html>')],
  ['404 as JSON', respond(404, { error: 'Not Found' })],
])('says that this is not ProcessMaker when it answers %s', async (_, behaviour) => {
  harness.gateway.treat = () => behaviour;
  const { status, message } = await test('limited');
  expect(status).toBe('Error');
  expect(message).toMatch(/no ProcessMaker/i);
});

it('says when the instance is in maintenance', async () => {
  harness.server.maintenance = true;
  expect(await test('limited')).toMatchObject({
    status: 'Error',
    message: expect.stringContaining('maintenance') as string,
  });
});

it('does not accept a server that cannot be reached', async () => {
  expect(await test('limited', 'http://127.0.0.1:1')).toEqual({ status: 'Error', message: 'ECONNREFUSED' });
});

it('never shows the token', async () => {
  harness.gateway.treat = () => respond(500, { message: 'Server Error' });
  expect((await test('limited')).message).not.toContain(harness.server.tokens.limited);
});

import type { INodeCredentialTestResult } from 'n8n-workflow';
import { testCredential } from '../support/credential-test';
import { answer } from '../support/gateway';
import type { User } from '../support/world';
import { useWorld } from '../support/world';

const world = useWorld();

async function test(user: User, instanceUrl?: string): Promise<INodeCredentialTestResult> {
  const { processMakerApi = {} } = world.credentials(user, instanceUrl);
  return await testCredential(world.engine, 'processMakerApi', processMakerApi);
}

it.each(['admin', 'limited', 'nobody', 'operator'] as const)(
  'accepts the token of %s with one call',
  async (user) => {
    expect(await test(user)).toMatchObject({ status: 'OK' });
    expect(world.gateway.calls).toHaveLength(1);
    expect(world.gateway.calls[0]?.method).toBe('GET');
  },
);

it.each(['expired', 'revoked'] as const)('says that a token is wrong when it is %s', async (user) => {
  const { status, message } = await test(user);
  expect(status).toBe('Error');
  expect(message).toContain('Access Token');
});

it.each([
  ['a page', answer(200, '<!DOCTYPE html><html></html>')],
  ['foreign JSON', answer(200, { hello: 'world' })],
  ['a list', answer(200, [])],
  ['404 as HTML', answer(404, '<html></html>')],
  ['404 as JSON', answer(404, { error: 'Not Found' })],
])('says that this is not ProcessMaker when it answers %s', async (_, behaviour) => {
  world.gateway.treat = () => behaviour;
  const { status, message } = await test('limited');
  expect(status).toBe('Error');
  expect(message).toMatch(/no ProcessMaker/i);
});

it('says when the instance is in maintenance', async () => {
  world.server.maintenance = true;
  expect(await test('limited')).toMatchObject({
    status: 'Error',
    message: expect.stringContaining('maintenance') as string,
  });
});

it('does not accept a server that cannot be reached', async () => {
  expect(await test('limited', 'http://127.0.0.1:1')).toEqual({ status: 'Error', message: 'ECONNREFUSED' });
});

it('never shows the token', async () => {
  world.gateway.treat = () => answer(500, { message: 'Server Error' });
  expect((await test('limited')).message).not.toContain(world.server.tokens.limited);
});

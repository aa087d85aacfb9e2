import type { Behaviour } from '../support/gateway';
import { respond, redirect } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = {
  process: locator('id', 2),
  startEvent: locator('id', 'node_1'),
  options: { recoveryWindow: 0 },
};

describe('the token', () => {
  const TOKEN = 'a-very-secret-token';
  const credentials = (accessToken: string) => ({
    processMakerApi: { instanceUrl: harness.gateway.url, accessToken },
  });

  it.each<[string, Behaviour]>([
    ['a 422', respond(422, { message: TOKEN, errors: { token: [`The token ${TOKEN} is bad.`] } })],
    ['a redirect', redirect(302, `https://elsewhere.example/${TOKEN}?token=${TOKEN}`)],
    [
      'a Request in ERROR',
      respond(201, { id: 7, status: 'ERROR', errors: [{ message: `Bearer ${TOKEN}` }] }),
    ],
    ['a page', respond(200, `<html>${TOKEN}</html>`)],
  ])('does not show the token when %s quotes it', async (_, behaviour) => {
    harness.gateway.treat = () => behaviour;
    for (const settings of [{}, ERROR_OUTPUT]) {
      const run = await harness.start(TARGET, { credentials: credentials(TOKEN), settings });
      expect(run.text).not.toContain(TOKEN);
    }
  });

  it.each(['secret\u2192token', 'secret\ntoken', ''])(
    'does not show a token that cannot be sent: %j',
    async (token) => {
      const run = await harness.start(TARGET, { credentials: credentials(token), settings: ERROR_OUTPUT });
      expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
      if (token !== '') expect(run.text).not.toContain(token);
    },
  );

  it('accepts a token with white space around it', async () => {
    await harness.start(TARGET, { credentials: credentials(` ${harness.server.tokens.limited}\n`) });
    expect(harness.requests()).toHaveLength(1);
  });

  it.each(['Bearer ', 'bearer  '])('takes a token that was pasted with %j before it', async (prefix) => {
    const pasted = credentials(`${prefix}${harness.server.tokens.limited}`);
    await harness.start(TARGET, { credentials: pasted });
    expect(harness.requests()).toHaveLength(1);
  });

  it('does not show a token that was pasted with Bearer before it', async () => {
    harness.gateway.treat = () => respond(422, { message: TOKEN });
    const pasted = credentials(`Bearer ${TOKEN}`);
    const run = await harness.start(TARGET, { credentials: pasted, settings: ERROR_OUTPUT });
    expect(failedItems(run)).toHaveLength(1);
    expect(run.text).toContain('***');
    expect(run.text).not.toContain(TOKEN);
  });
});

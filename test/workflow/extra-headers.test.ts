import type { IDataObject } from 'n8n-workflow';
import { testCredential } from '../support/credential-test';
import { respond } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const START = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const SECRET = 'gateway-secret-5150';

function credentials(...headers: Array<[name: string, value: string]>) {
  const { processMakerApi = {} } = harness.credentials();
  const slots = headers.map(([name, value], index) => [`header${index + 1}`, { name, value }]);
  return { processMakerApi: { ...processMakerApi, extraHeaders: Object.fromEntries(slots) as IDataObject } };
}

const start = (...headers: Array<[name: string, value: string]>) =>
  harness.start(START, { credentials: credentials(...headers), settings: ERROR_OUTPUT });

it('sends the Extra Headers with every call, beside the token', async () => {
  const run = await harness.start(
    { process: locator('id', 2) },
    { credentials: credentials(['X-Gateway-Key', SECRET], ['', 'no name'], ['X-Zone', 'b']) },
  );
  expect(run.items('ProcessMaker')).toHaveLength(1);
  expect(harness.gateway.calls.map(({ method }) => method)).toEqual(['GET', 'POST']);
  for (const { headers } of harness.gateway.calls) {
    expect(headers).toMatchObject({
      'x-gateway-key': SECRET,
      'x-zone': 'b',
      authorization: `Bearer ${harness.server.tokens.limited}`,
      accept: 'application/json',
    });
  }
});

it('sends the Extra Headers in the credential test too', async () => {
  const { processMakerApi } = credentials(['X-Gateway-Key', SECRET]);
  expect(await testCredential(harness.engine, 'processMakerApi', processMakerApi)).toMatchObject({
    status: 'OK',
  });
  expect(harness.gateway.calls[0]?.headers).toMatchObject({ 'x-gateway-key': SECRET });
});

it('masks the value of an Extra Header that a response quotes', async () => {
  harness.gateway.treat = () => respond(422, { message: `No entry with ${SECRET}` });
  const run = await start(['X-Gateway-Key', SECRET]);
  expect(failedItems(run)).toMatchObject([{ text: expect.stringContaining('No entry with ***') as string }]);
  expect(run.text).not.toContain(SECRET);
});

it('masks the whole value of an Extra Header when another value is the beginning of it', async () => {
  harness.gateway.treat = () => respond(422, { message: `No entry with ${SECRET}` });
  const run = await start(['X-Zone', SECRET.slice(0, 7)], ['X-Gateway-Key', SECRET]);
  expect(failedItems(run)).toMatchObject([{ text: expect.stringContaining('No entry with ***') as string }]);
  expect(run.text).not.toContain(SECRET.slice(7));
});

it.each([
  ['Authorization', 'Basic x'],
  ['content-type', 'text/plain'],
  ['X Gateway', 'value-1'],
  ['X-Gateway:', 'value-2'],
  ['X-Gateway-Key', 'two\nlines'],
  ['X-Gateway-Key', '鍵'],
])('refuses an Extra Header with the name %j and the value %j before any call', async (name, value) => {
  const run = await start([name, value]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining("'Extra Headers'") as string, outcome: 'notStarted' },
  ]);
  expect(failedItems(run)[0]?.text).not.toContain(value);
  expect(harness.gateway.calls).toEqual([]);
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { respond } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

// The data of a start is the whole body of the call, of which ProcessMaker reads some fields as parameters of the call.
const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };

const start = (data: IDataObject, options: INodeParameters = {}, settings: object = ERROR_OUTPUT) =>
  harness.start({ ...TARGET, options }, { input: [data], settings });

it.each([
  ['a method', { _method: 'PUT' }, /a field '_method', which ProcessMaker takes for the HTTP method/],
  ['the method of the call itself', { _method: 'POST' }, /'_method'/],
  ['a number as method', { _method: 5, orderId: 1 }, /'_method'/],
  ['a list to include', { include: ['vip'] }, /a list or an object in the field 'include'/],
  ['an object to include', { include: {} }, /a list or an object in the field 'include'/],
])('refuses to start a Request with %s in its data before any call', async (_, data, message) => {
  const run = await start(data);
  expect(failedItems(run)).toMatchObject([
    { message: expect.stringMatching(message) as string, outcome: 'notStarted' },
  ]);
  expect(harness.gateway.calls).toEqual([]);
});

it.each(['vip', 'data', 7, true, null])(
  'starts a Request whose data has the field include, and returns it whole: %p',
  async (include) => {
    const run = await start({ include, orderId: 7 }, { includeData: true });
    expect(run.items('ProcessMaker')).toMatchObject([
      {
        id: harness.requests()[0]?.id,
        status: 'ACTIVE',
        processName: 'A single start with form',
        activeTask: { name: 'Form Task' },
        data: { include, orderId: 7 },
      },
    ]);
    expect(harness.sent()).toEqual([{ include, orderId: 7 }]);
    expect(harness.starts()).toHaveLength(1);
  },
);

it('starts a Request whose data has a date in the field include', async () => {
  const jsonData = '={{ { include: new Date(0) } }}';
  const run = await harness.start({ ...TARGET, dataMode: 'json', jsonData });
  expect(run.items('ProcessMaker')).toMatchObject([{ activeTask: { name: 'Form Task' } }]);
});

it('returns no data of a Request whose data has the field include, unless asked to', async () => {
  const run = await start({ include: 'data' });
  expect(run.items('ProcessMaker')[0]).not.toHaveProperty('data');
});

it('names the Request that was started when it cannot be read afterwards, and starts it once', async () => {
  harness.gateway.treat = ({ method }) =>
    method === 'GET' && harness.lookUps().length === 1
      ? respond(403, { message: 'This action is unauthorized.' })
      : undefined;
  const failed = await start({ include: 'vip' }, {}, {});
  const [request] = harness.requests();
  expect(failed.error?.message).toMatch(
    new RegExp(`^Request ${request?.id} was started, but could not be read afterwards: .*\\[item 0\\]`),
  );
  expect(failed.error).toMatchObject({ context: { outcome: 'started', requestId: request?.id } });
  const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
  expect(run.items('ProcessMaker')).toMatchObject([{ id: request?.id, activeTask: { name: 'Form Task' } }]);
  expect(harness.requests()).toHaveLength(1);
});

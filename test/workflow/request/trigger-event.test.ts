import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { type Behaviour, respond, delay, resetAfter, resetBefore } from '../../support/gateway';
import { editNode, ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const WAITING = { process: locator('id', 13), startEvent: locator('id', 'node_1') };
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

const json = (data: unknown) => ({
  request: locator('id', '={{ $json.id }}'),
  event: locator('id', '={{ $json.event }}'),
  dataMode: 'json',
  jsonData: typeof data === 'string' ? data : JSON.stringify(data),
});

/** Starts Requests that wait at an event; each is an item for the next node. */
async function waiting(count = 1): Promise<IDataObject[]> {
  const input = Array.from({ length: count }, (_, number) => ({ number }));
  const run = await harness.start(WAITING, { input });
  harness.gateway.calls = [];
  return run.items('ProcessMaker').map((request) => ({ ...request, event: 'node_4' }));
}

const trigger = (input: IDataObject[], parameters: INodeParameters = json({}), user: User = 'limited') =>
  harness.perform('request triggerEvent', parameters, { input, user, settings: ERROR_OUTPUT });
const statuses = () => harness.requests().map(({ status }) => status);
const posts = () => harness.gateway.calls.filter(({ method }) => method === 'POST');

it('triggers the event of each Request and returns the Request in its new state', async () => {
  const requests = await waiting(2);
  const run = await trigger(requests);
  expect(statuses()).toEqual(['COMPLETED', 'COMPLETED']);
  expect(run.outputs('ProcessMaker')[0]).toMatchObject(
    requests.map(({ id }, item) => ({ json: { id, status: 'COMPLETED' }, pairedItem: { item } })),
  );
});

it('merges the data of an event into the data of the Request', async () => {
  const requests = await waiting();
  const run = await trigger(requests, { ...json({ answer: 42 }), options: { includeData: true } });
  expect(run.items('ProcessMaker')).toMatchObject([{ data: { number: 0, answer: 42 } }]);
});

it.each(['vip', 7, true, null])('sends the data of an event with the field include: %p', async (include) => {
  const run = await trigger(await waiting(), { ...json({ include }), options: { includeData: true } });
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED', data: { number: 0, include } }]);
});

it('sends the data of an event that is given field by field', async () => {
  const fields = { assignments: [{ id: 'a', name: 'answer.text', value: 'yes', type: 'string' }] };
  const run = await trigger(await waiting(), { ...json({}), dataMode: 'defineBelow', fields });
  expect(run.items('ProcessMaker')).toHaveLength(1);
  expect(harness.requests()[0]?.data).toMatchObject({ number: 0, answer: { text: 'yes' } });
});

it('names event data that ProcessMaker stores in another form, and event data that it sets itself', async () => {
  const run = await trigger(await waiting(), json({ text: ' padded ', _user: { id: 1 } }));
  expect(harness.requests()[0]?.data).toMatchObject({ text: 'padded' });
  expect(harness.requests()[0]?.data).not.toHaveProperty('_user');
  expect(run.hints('ProcessMaker').join(' ')).toMatch(/'_user'.*another form/s);
});

it('returns only the id and URL of a Request whose event the user may trigger but which the user may not see', async () => {
  const requests = await waiting();
  const run = await trigger(requests, json({}), 'nobody');
  expect(run.items('ProcessMaker')).toEqual([{ id: requests[0]?.id, url: requests[0]?.url }]);
  expect(statuses()).toEqual(['COMPLETED']);
});

describe('an event that does not wait', () => {
  it.each([
    ['was triggered before', 'node_4', 'COMPLETED'],
    ['is no intermediate event', 'node_1', 'ACTIVE'],
  ])('reports that an event does not wait when it %s', async (_, event, status) => {
    const [request = {}] = await waiting();
    if (status === 'COMPLETED') await trigger([request]);
    const run = await trigger([{ ...request, event }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringContaining(
          `No event "${event}" waits in Request ${Number(request.id)}, which is in status ${status}`,
        ) as string,
        httpStatus: 404,
        outcome: 'notDone',
      },
    ]);
  });

  it('reports that the Request of an event does not exist', async () => {
    const run = await trigger([{ id: 999_999, event: 'node_4' }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('There is no Request 999999') as string },
    ]);
  });

  it('reports an unknown outcome for an event that the process does not have', async () => {
    const [request = {}] = await waiting();
    const run = await trigger([{ ...request, event: 'a/b?c' }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(/could not trigger event "a\/b\?c".*status ACTIVE now/s) as string,
        httpStatus: 500,
        outcome: 'unknown',
      },
    ]);
    expect(posts().map(({ path }) => path)).toEqual([
      `/api/1.0/requests/${Number(request.id)}/events/a%2Fb%3Fc`,
    ]);
  });
});

it.each([
  ['before', resetBefore, 'ACTIVE'],
  ['after', resetAfter, 'COMPLETED'],
])(
  'reports an unknown outcome, without a second call, when the connection is lost %s the event',
  async (_, behaviour, status) => {
    const requests = await waiting();
    harness.gateway.treat = ({ method }) => (method === 'POST' ? behaviour : undefined);
    const run = await trigger(requests);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining(`is in status ${status} now`) as string, outcome: 'unknown' },
    ]);
    expect(posts()).toHaveLength(1);
  },
);

it('reports an unknown outcome when something else responds to an event in the place of ProcessMaker', async () => {
  const requests = await waiting();
  harness.gateway.treat = ({ method }) =>
    method === 'POST' ? respond(201, { error: 'Who are you?' }) : undefined;
  const run = await trigger(requests);
  expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  expect(posts()).toHaveLength(1);
});

it('does not trigger an event twice at once when two items name it', async () => {
  const [request = {}] = await waiting();
  harness.gateway.treat = ({ method }) => (method === 'POST' ? delay(50) : undefined);
  const run = await trigger([request, request]);
  expect(harness.gateway.mostAtOnce).toBe(1);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
  expect(failedItems(run)).toMatchObject([{ httpStatus: 404, outcome: 'notDone' }]);
});

/** Treats the first call that triggers an event in a special way. */
function treatFirst(behaviour: Behaviour): void {
  harness.gateway.treat = ({ method }) => (method === 'POST' && posts().length === 1 ? behaviour : undefined);
}

it('does not trigger an event for a second item when the call for the first one was lost', async () => {
  const [request = {}] = await waiting();
  treatFirst(resetBefore);
  const run = await trigger([request, request]);
  expect(failedItems(run)).toMatchObject([
    { outcome: 'unknown' },
    { text: expect.stringContaining('not known whether an earlier call') as string, outcome: 'unknown' },
  ]);
  expect(posts()).toHaveLength(1);
});

describe('when n8n runs the node again', () => {
  it('reports an event that an earlier attempt triggered as triggered', async () => {
    const requests = await waiting();
    const input = [...requests, { id: 999_999, event: 'node_4' }];
    const run = await harness.perform('request triggerEvent', json({}), { input, settings: AGAIN });
    expect(run.error?.message).toContain('There is no Request 999999 [item 1]');
    expect(run.error).toHaveProperty('description', expect.stringContaining('Carried out before: item 0.'));
  });

  it('recognizes an event that an earlier attempt triggered, also when its data differs', async () => {
    const input = [...(await waiting()), { id: 999_999, event: 'node_4' }];
    const parameters = json('={{ { at: Math.random() } }}');
    const run = await harness.perform('request triggerEvent', parameters, { input, settings: AGAIN });
    expect(run.error?.message).toContain('There is no Request 999999 [item 1]');
  });

  it.each([
    ['it was triggered', resetAfter],
    ['it was not', resetBefore],
  ])(
    'does not trigger an event again whose first call was lost, and says so, when %s',
    async (_, behaviour) => {
      const requests = await waiting();
      treatFirst(behaviour);
      const run = await harness.perform('request triggerEvent', json({}), {
        input: requests,
        settings: AGAIN,
      });
      expect(run.error?.message).toContain(
        `not known whether an earlier call has triggered event "node_4" of Request ${Number(requests[0]?.id)}`,
      );
      expect(run.error).toMatchObject({ context: { outcome: 'unknown' } });
      expect(run.error?.description).toMatch(/may have gone on.*may still wait/);
      expect(posts()).toHaveLength(1);
    },
  );

  it('triggers another event of a Request after one with an unknown outcome', async () => {
    const [request = {}] = await waiting();
    treatFirst(resetBefore);
    const failed = await harness.perform('request triggerEvent', json({}), {
      input: [{ ...request, event: 'node_1' }],
    });
    editNode(failed, { event: locator('id', 'node_4') });
    const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
  });

  it('does not report the event of a missing Request as triggered, also after a crash', async () => {
    const [request = {}] = await waiting();
    const killed = await trigger([request]);
    const run = await harness.retryAfterCrash(killed, [{ id: 999_999, event: 'node_4' }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('There is no Request 999999') as string, outcome: 'unknown' },
    ]);
  });

  it('does not report an event as triggered that never waited, also when n8n runs the node again', async () => {
    const [request = {}] = await waiting();
    const input = [{ ...request, event: 'node_1' }];
    const run = await harness.perform('request triggerEvent', json({}), { input, settings: AGAIN });
    expect(run.error?.message).toContain('No event "node_1" waits');
  });
});

it('sends an event again that ProcessMaker did not process', async () => {
  const requests = await waiting();
  let isFirst = true;
  harness.gateway.treat = ({ method }) => {
    const treatment =
      isFirst && method === 'POST' ? respond(429, { message: 'Too Many Attempts.' }) : undefined;
    if (method === 'POST') isFirst = false;
    return treatment;
  };
  const run = await trigger(requests);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'COMPLETED' }]);
  expect(posts()).toHaveLength(2);
});

it.each([
  ['no event', { event: '' }, '{}', /No event is given in 'Event'/],
  ['an event that leads elsewhere', { event: '..' }, '{}', /'Event' holds "\.\."/],
  ['half of a character as event', { event: '\ud800' }, '{}', /'Event' holds/],
  ['a list', { event: 'node_4' }, '[1]', /'JSON' holds a list/],
  ['text that is no JSON', { event: 'node_4' }, '{"a"', /not valid JSON/],
  ['a parent', { event: 'node_4' }, '{"_parent": {}}', /'_parent'/],
  ['the key of a start', { event: 'node_4' }, '{"_n8n_key": "x"}', /'_n8n_key'/],
  ['no Request', { event: 'node_4', id: 'abc' }, '{}', /not the id of a Request/],
  ['another method', { event: 'node_4' }, '{"_method": "POST"}', /'_method', which ProcessMaker takes/],
  [
    'a list to include',
    { event: 'node_4' },
    '{"include": ["data"]}',
    /a list or an object in the field 'include'/,
  ],
])('refuses to trigger an event with %s before any call', async (_, item, data, message) => {
  const input = [{ id: 1, ...item }];
  const run = await harness.perform('request triggerEvent', json(data), { input });
  expect(run.error?.message).toMatch(message);
  expect(harness.gateway.calls).toEqual([]);
});

it('suggests the event that a misspelt one means, where the user may see it', async () => {
  const [request] = await waiting();
  const run = await trigger([{ ...request, event: 'nod_4' }], json({}), 'admin');
  expect(failedItems(run)[0]?.text).toContain('Did you mean "node_4"');
});

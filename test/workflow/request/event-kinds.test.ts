import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { respond } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { StartOptions } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const MESSAGE = '<bpmn:messageEventDefinition id="d"/>';
const SIGNAL = '<bpmn:signalEventDefinition id="d" signalRef="go"/>';
const TIMER =
  '<bpmn:timerEventDefinition id="d"><bpmn:timeDuration>P9D</bpmn:timeDuration></bpmn:timerEventDefinition>';

const EVENT = { request: locator('id', '={{ $json.id }}'), event: locator('id', '={{ $json.event }}') };
const json = (data: unknown) => ({ ...EVENT, dataMode: 'json', jsonData: JSON.stringify(data) });

const trigger = (input: IDataObject[], parameters: INodeParameters, options: StartOptions = {}) =>
  harness.perform('request triggerEvent', parameters, { input, settings: ERROR_OUTPUT, ...options });

/** Requests that wait at an event of a kind, and then at a task; each is an item for the next node. */
async function waitingAt(
  definition: string,
  count = 1,
  pm: Record<string, string> = {},
): Promise<IDataObject[]> {
  // The first event is only drawn, so that the kind of another one can be told from it.
  const other = { type: 'intermediateCatchEvent', id: 'wait_too', name: 'Wait too', inner: MESSAGE };
  const event = { type: 'intermediateCatchEvent', id: 'wait', name: 'Wait', inner: definition, pm };
  const elements = [
    startEvent('begin', 'Begin', '3'),
    event,
    formTask('do', 'Do', '3'),
    other,
    endEvent('end', 'End'),
  ];
  const flows = line('begin', 'wait', 'do', 'wait_too', 'end');
  const xml = bpmn(elements, flows, '<bpmn:signal id="go" name="go"/>');
  const { id } = await harness.server.addProcess({ name: `Waits ${Math.random()}`, bpmn: xml });
  const process = { process: locator('id', id), startEvent: locator('id', 'begin') };
  const input = Array.from({ length: count }, () => ({ before: 1 }));
  const run = await harness.start(process, { input });
  harness.gateway.calls = [];
  return run.items('ProcessMaker').map((request) => ({ ...request, event: 'wait' }));
}

const posts = () => harness.gateway.calls.filter(({ method }) => method === 'POST');
const drawings = () => harness.gateway.calls.filter(({ path }) => path.endsWith('/bpmn'));
const DROPPED = /does not show .* event "wait".*at message events only/;

it.each([
  ['signal', SIGNAL],
  ['timer', TIMER],
])(
  'refuses data for a %s event where the user may see its kind, and sends nothing',
  async (kind, definition) => {
    const requests = await waitingAt(definition, 2);
    const run = await trigger(requests, json({ sent: 2 }), { user: 'operator' });
    expect(failedItems(run)).toMatchObject(
      requests.map(({ id }) => ({
        message: expect.stringContaining(
          `Event "wait" of Request ${Number(id)} is a ${kind} event`,
        ) as string,
        description: expect.stringContaining("'Update Data'") as string,
        outcome: 'notDone',
      })),
    );
    expect(posts()).toEqual([]);
    // The Requests together, and the one process.
    expect(harness.lookUps()).toHaveLength(2);
  },
);

it.each([
  ['signal', SIGNAL],
  ['timer', TIMER],
])(
  'says in a hint that the data for a %s event was dropped where the user may not see its kind',
  async (_, definition) => {
    const run = await trigger(await waitingAt(definition, 2), json({ sent: 2 }));
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }, { status: 'ACTIVE' }]);
    expect(run.items('ProcessMaker')[0]).not.toHaveProperty('data');
    expect(run.hints('ProcessMaker')).toEqual([expect.stringMatching(DROPPED)]);
    expect(drawings()).toHaveLength(1);
  },
);

it('says in the hint only what is so: a value that was there before is not the one that was sent', async () => {
  const run = await trigger(await waitingAt(SIGNAL), {
    ...json({ before: 2 }),
    options: { includeData: true },
  });
  expect(run.items('ProcessMaker')).toMatchObject([{ data: { before: 1 } }]);
  expect(run.hints('ProcessMaker')).toEqual([expect.stringMatching(DROPPED)]);
});

it.each([
  ['for a user who may not see the Request', { sent: 2 }, 'nobody'],
  ['that ProcessMaker hides or changes', { _sent: 2, tags: '<b>x</b>' }, 'limited'],
] as const)('says in a hint that it cannot be seen whether data has arrived %s', async (_, data, user) => {
  const run = await trigger(await waitingAt(MESSAGE), json(data), { user });
  expect(run.hints('ProcessMaker')).toContainEqual(
    expect.stringMatching(/cannot be seen whether .* event "wait" has arrived/),
  );
  expect(run.hints('ProcessMaker').join()).not.toMatch(DROPPED);
});

it('does not refuse data where the process was changed after the Request began', async () => {
  const requests = await waitingAt(SIGNAL);
  const longAgo = '"initiated_at":"2020-01-01T00:00:00+00:00"';
  harness.gateway.treat = ({ method, path }) =>
    method === 'GET' && path.includes('/requests')
      ? async (response, forward) => {
          const { status, headers, body } = await forward();
          const changed = body.replaceAll(/"initiated_at":"[^"]*"/g, longAgo);
          response.writeHead(status, { 'content-type': String(headers['content-type']) }).end(changed);
        }
      : undefined;
  const run = await trigger(requests, json({ sent: 2 }), { user: 'operator' });
  expect(run.hints('ProcessMaker')).toEqual([expect.stringMatching(DROPPED)]);
});

it.each([
  ['merges it', MESSAGE],
  ['keeps it in a variable', '<bpmn:messageEventDefinition id="d" pm:variableName="answer"/>'],
])('gives no hint for the data of a message event that %s', async (_, definition) => {
  for (const user of ['limited', 'operator'] as const) {
    const run = await trigger(await waitingAt(definition), json({ sent: ' 2 ', tags: '<b>x</b>' }), { user });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
    expect(run.hints('ProcessMaker').join()).not.toMatch(DROPPED);
  }
});

it('triggers a signal event without data, and looks for no kind', async () => {
  const run = await trigger(await waitingAt(SIGNAL), json({}), { user: 'operator' });
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
  expect(run.hints('ProcessMaker')).toEqual([]);
  expect(drawings()).toEqual([]);
});

it('triggers an event whose kind cannot be read', async () => {
  const requests = await waitingAt(MESSAGE);
  harness.gateway.treat = ({ path }) =>
    path.endsWith('/bpmn') ? respond(200, '<html>Hello</html>') : undefined;
  const run = await trigger(requests, json({ sent: 2 }), { user: 'operator' });
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
});

it.each(['do', 'end', 'f1'])('says that element "%s" is no event that waits', async (event) => {
  const [request] = await waitingAt(MESSAGE);
  const input = [{ ...request, event }];
  const run = await trigger(input, json({}));
  expect(failedItems(run)).toMatchObject([
    {
      message: `Element "${event}" of Request ${Number(request?.id)} is not an event that a Request can wait at [item 0]`,
      httpStatus: 423,
      outcome: 'notDone',
    },
  ]);
  expect(posts()).toHaveLength(1);
  const again = { onError: 'stopWorkflow', retryOnFail: true, maxTries: 2, waitBetweenTries: 0 } as const;
  expect((await trigger(input, json({}), { settings: again })).error?.message).toContain('is not an event');
});

it('says who may trigger an event that names its users', async () => {
  const run = await trigger(await waitingAt(MESSAGE, 1, { allowedUsers: '4' }), json({}));
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringMatching(/does not allow.*settings of the event/) as string,
      httpStatus: 403,
      outcome: 'notDone',
    },
  ]);
});

import { bpmn, endEvent, formTask, line, startEvent } from '../../processmaker/fixtures/bpmn';
import { openApi, type Api } from './api';

let api: Api;

/** A process that waits for an event of a kind, and then at a task. */
async function waitingAt(definition: string, pm: Record<string, string> = {}): Promise<number> {
  const event = { type: 'intermediateCatchEvent', id: 'wait', name: 'Wait', inner: definition, pm };
  const elements = [
    startEvent('begin', 'Begin', '3'),
    event,
    formTask('do', 'Do', '3'),
    endEvent('end', 'End'),
  ];
  const xml = bpmn(elements, line('begin', 'wait', 'do', 'end'), '<bpmn:signal id="go" name="go"/>');
  const { id } = await api.processMaker.addProcess({ name: 'Waits', bpmn: xml });
  return api.start(id, 'begin', { kept: 1 });
}

const trigger = (id: number, element: string) =>
  api.call('limited', 'POST', `/requests/${id}/events/${element}`, { sent: 2 });

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.processMaker.close());

test.each([
  ['message', '<bpmn:messageEventDefinition id="d"/>', { kept: 1, sent: 2 }],
  [
    'message',
    '<bpmn:messageEventDefinition id="d" pm:variableName="answer"/>',
    { kept: 1, answer: { sent: 2 } },
  ],
  ['signal', '<bpmn:signalEventDefinition id="d" signalRef="go"/>', { kept: 1 }],
  ['timer', '<bpmn:timerEventDefinition id="d"/>', { kept: 1 }],
])('data that comes with a %s event', async (_kind, definition, data) => {
  const id = await waitingAt(definition);
  expect(await trigger(id, 'wait')).toMatchObject({ status: 200, body: [] });
  const { body } = await api.call('limited', 'GET', `/requests/${id}?include=data,activeTasks`);
  expect(body['data']).toEqual(data);
  expect(body['active_tasks']).toMatchObject([{ element_name: 'Do' }]);
});

test.each([
  ['do', 423, 'Activity'],
  ['end', 423, 'EndEvent'],
  ['f1', 423, 'Flow'],
  ['begin', 404, undefined],
  ['nothing', 500, undefined],
])('an element that is no event, such as %p, is refused with %p', async (element, status, type) => {
  const id = await waitingAt('<bpmn:messageEventDefinition id="d"/>');
  const refused = await trigger(id, element);
  expect(refused.status).toBe(status);
  if (type === undefined) return;
  const message = `Invalid element, not a catch event ProcessMaker\\Nayra\\Bpmn\\Models\\${type}`;
  expect(refused.body).toEqual({ message });
});

test('an event that names its users is triggered by nobody else', async () => {
  const id = await waitingAt('<bpmn:messageEventDefinition id="d"/>', { allowedUsers: '4,5' });
  expect(await trigger(id, 'wait')).toMatchObject({
    status: 403,
    body: { message: 'Not authorized to trigger this event.' },
  });
  const body = { sent: 2 };
  expect(await api.call('nobody', 'POST', `/requests/${id}/events/wait`, body)).toMatchObject({
    status: 200,
  });
});

test('a Request that waits for a signal tells which', async () => {
  const signals = async (definition: string): Promise<unknown> => {
    const id = await waitingAt(definition);
    return (await api.call('limited', 'GET', `/requests/${id}`)).body['signal_events'];
  };
  expect(await signals('<bpmn:signalEventDefinition id="d" signalRef="go"/>')).toEqual(['go']);
  expect(await signals('<bpmn:messageEventDefinition id="d"/>')).toEqual([]);
});

test('with all_tasks an administrator sees the event that waits, others only the start event', async () => {
  const id = await waitingAt('<bpmn:messageEventDefinition id="d"/>');
  const types = async (token: string): Promise<unknown> =>
    (
      (await api.call(token, 'GET', `/tasks?process_request_id=${id}&all_tasks=true`)).body['data'] as {
        element_type: string;
      }[]
    ).map(({ element_type: type }) => type);
  expect(await types('admin')).toEqual(['startEvent', 'event']);
  expect(await types('limited')).toEqual(['startEvent']);
});

import { bpmn, endEvent, line, startEvent, type Element } from '../../processmaker/fixtures/bpmn';
import { joinGroup, openApi, type Api } from './api';

const HELPDESK = 4;
const OPERATOR = 5;
const NOBODY = 4;

let api: Api;

async function processWith(task: Record<string, string>, start: Element): Promise<number> {
  const element: Element = {
    type: 'task',
    id: 'do',
    name: 'Do',
    pm: { screenRef: '3', assignment: 'user_group', assignedUsers: '', assignedGroups: '4', ...task },
  };
  const xml = bpmn([start, element, endEvent('end', 'End')], line('begin', 'do', 'end'));
  return (await api.processMaker.addProcess({ name: 'Group', bpmn: xml })).id;
}

const START = startEvent('begin', 'Begin', '3');

beforeEach(async () => {
  api = await openApi();
  joinGroup(api.instance, HELPDESK, OPERATOR);
  joinGroup(api.instance, HELPDESK, NOBODY);
});

afterEach(() => api.processMaker.close());

test('a task that is offered to a group is seen by its members, and claimed by one of them', async () => {
  const process = await processWith({ config: '{"selfService":true}' }, START);
  const request = await api.start(process, 'begin');
  const list = `/tasks?process_request_id=${request}`;
  const [id] = await api.ids('nobody', list);
  const shown = await api.call('nobody', 'GET', `/tasks/${id}`);
  expect(shown.body).toMatchObject({ user_id: null, self_service_groups: { users: [], groups: ['4'] } });
  expect(await api.ids('limited', list)).toEqual([]);
  expect((await api.call('limited', 'GET', `/tasks/${id}`)).status).toBe(403);
  const pmql = encodeURIComponent('status = "Self Service"');
  expect(await api.ids('nobody', `${list}&pmql=${pmql}`)).toEqual([id]);
  expect(await api.ids('admin', `${list}&pmql=${pmql}`)).toEqual([]);
  expect(await api.ids('admin', `${list}&user_id=${NOBODY}`)).toEqual([id]);
  expect(await api.ids('nobody', `/requests?pmql=id = ${request}`)).toEqual([request]);
  const claim = { user_id: NOBODY, is_self_service: 0 };
  expect((await api.call('nobody', 'PUT', `/tasks/${id}`, claim)).body['user_id']).toBe(NOBODY);
  expect((await api.call('operator', 'GET', `/tasks/${id}`)).status).toBe(403);
});

test('the members of a group take turns at a task that is given to it', async () => {
  const process = await processWith({}, START);
  for (let turn = 0; turn < 3; turn += 1) await api.start(process, 'begin');
  expect(api.processMaker.tasks().map(({ userId }) => userId)).toEqual([NOBODY, OPERATOR, NOBODY]);
});

test('a start event that is for a group is for its members', async () => {
  const pm = { assignment: 'group', assignedUsers: '', assignedGroups: '4' };
  const process = await processWith({ assignment: 'requester' }, { ...START, pm });
  const path = `/process_events/${process}?event=begin`;
  expect((await api.call('limited', 'POST', path, {})).status).toBe(403);
  expect((await api.call('nobody', 'POST', path, {})).status).toBe(201);
  expect(await api.ids('nobody', '/start_processes')).toEqual([process]);
});

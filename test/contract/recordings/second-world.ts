import { randomUUID } from 'node:crypto';
import type { Instance } from '../../processmaker/instance';
import {
  bpmn,
  endEvent,
  formTask,
  line,
  startEvent,
  type Element,
  type Flow,
} from '../../processmaker/fixtures/bpmn';
import { prepareProcess } from '../../processmaker/fixtures/seed';
import { insert } from '../../processmaker/requests/store';

const LIMITED = '3';
const HELPDESK = '4';

/** The users that the second server had beside those of the first, and their tokens. */
const STAFF = [
  { id: 7, username: 'staff1', token: 'staff1-token-9d1c07e4b85a4f23' },
  { id: 8, username: 'staff2', token: 'staff2-token-60f2ab39d7c14e58' },
];

const START = startEvent('node_1', 'Start Event', LIMITED);
const END = endEvent('node_3', 'End Event');
const WAIT_SIGNAL = '<bpmn:signal id="n8n_wait_signal" name="n8n wait signal"/>';

const script = (id: string, name: string, scriptRef: string): Element => ({
  type: 'scriptTask',
  id,
  name,
  pm: { scriptRef, config: '', errorHandling: '{}' },
});

const event = (type: string, name: string, inner: string): Element => ({ type, id: 'node_4', name, inner });

const timer = (name: string, duration: string): Element =>
  event(
    'intermediateCatchEvent',
    name,
    `<bpmn:timerEventDefinition id="ted"><bpmn:timeDuration>${duration}</bpmn:timeDuration></bpmn:timerEventDefinition>`,
  );

const signal = (type: string, name: string): Element =>
  event(type, name, '<bpmn:signalEventDefinition id="sed" signalRef="n8n_wait_signal"/>');

const taskWith = (name: string, pm: Record<string, string>): Element => ({
  type: 'task',
  id: 'node_2',
  name,
  pm: { screenRef: '3', assignment: 'user_group', assignedUsers: '', assignedGroups: '', ...pm },
});

const straight = (elements: Element[], start = START, extra = ''): string => {
  const all = [start, ...elements, END];
  return bpmn(all, line(...all.map(({ id }) => id)), extra);
};

const parallel = (left: Element, right: Element): string => {
  const split: Element = { type: 'parallelGateway', id: 'node_5', name: 'split' };
  const join: Element = { type: 'parallelGateway', id: 'node_6', name: 'join' };
  const flows: Flow[] = [
    ...line('node_1', 'node_5', left.id, 'node_6', 'node_3'),
    ...line('node_5', right.id, 'node_6'),
  ];
  return bpmn([START, split, left, right, join, END], flows);
};

const after = (name: string): Element => formTask('node_2', name, LIMITED);

const PROCESSES: { id: number; name: string; bpmn: string }[] = [
  {
    id: 18,
    name: 'O two human tasks',
    bpmn: straight([after('First Task'), formTask('node_4', 'Second Task', LIMITED)]),
  },
  {
    id: 19,
    name: 'P waits for a signal',
    bpmn: straight(
      [signal('intermediateCatchEvent', 'Wait signal'), after('After signal')],
      START,
      WAIT_SIGNAL,
    ),
  },
  {
    id: 20,
    name: 'Q throws that signal',
    bpmn: straight([signal('intermediateThrowEvent', 'Throw signal')], START, WAIT_SIGNAL),
  },
  {
    id: 21,
    name: 'R PHP script then task',
    bpmn: straight([script('node_4', 'Add total', '2'), after('Check total')]),
  },
  { id: 22, name: 'S JS script to end', bpmn: straight([script('node_4', 'Add total', '3')]) },
  { id: 23, name: 'T slow script to end', bpmn: straight([script('node_4', 'Slow', '4')]) },
  {
    id: 24,
    name: 'U self-service task',
    bpmn: straight([taskWith('Claim me', { assignedGroups: HELPDESK, config: '{"selfService":true}' })]),
  },
  {
    id: 25,
    name: 'V due in one hour',
    bpmn: straight([taskWith('Due soon', { assignedUsers: LIMITED, dueIn: '1' })]),
  },
  { id: 26, name: 'W waits one minute', bpmn: straight([timer('Wait 1 min', 'PT1M')]) },
  {
    id: 27,
    name: 'X two tasks in parallel',
    bpmn: parallel(after('Left (limited)'), formTask('node_4', 'Right (staff1)', '7')),
  },
  {
    id: 28,
    name: 'Z group task round robin',
    bpmn: straight([taskWith('Group task', { assignedGroups: HELPDESK })]),
  },
  {
    id: 29,
    name: 'Y group may start',
    bpmn: straight([taskWith('Requester task', { assignment: 'requester' })], {
      ...START,
      pm: { allowInterstitial: 'false', assignment: 'group', assignedUsers: '', assignedGroups: HELPDESK },
    }),
  },
  { id: 30, name: 'AA waits ten minutes', bpmn: straight([timer('Wait 10 min', 'PT10M')]) },
  { id: 33, name: 'R1 retry me', bpmn: straight([script('node_4', 'Flaky', '6')]) },
  {
    id: 34,
    name: 'R1 two flaky in parallel',
    bpmn: parallel(script('node_4', 'Flaky A', '6'), script('node_7', 'Flaky B', '1')),
  },
  {
    id: 39,
    name: 'R1 count then task',
    bpmn: straight([script('node_4', 'Counting', '7'), after('After script')]),
  },
];

/** The text of a token of the second server's own users. */
export function staffToken(name: string): { token: string; userId: number } | undefined {
  const found = STAFF.find(({ username }) => username === name);
  return found && { token: found.token, userId: found.id };
}

/** Adds what the second server had beside the first: users with tokens, their group, and processes. */
export async function addSecondWorld(instance: Instance): Promise<void> {
  const stores = await Promise.all(PROCESSES.map((process) => prepareProcess(instance, process)));
  for (const store of stores) store();
  const now = instance.sqlNow();
  for (const { id, username, token } of STAFF) {
    insert(instance, 'users', {
      id,
      uuid: randomUUID(),
      username,
      password: `${username}-password`,
      email: `${username}@example.com`,
      firstname: username.replace('s', 'S'),
      lastname: 'Test',
      status: 'ACTIVE',
      timezone: 'UTC',
      is_administrator: 0,
      created_at: now,
      updated_at: now,
    });
    insert(instance, 'access_tokens', {
      token,
      name: username,
      user_id: id,
      expires_at: '9999-12-31 23:59:59',
    });
    insert(instance, 'group_members', { group_id: Number(HELPDESK), user_id: id });
  }
}

import type { INodeParameters } from 'n8n-workflow';
import type { JsonObject } from '../../processmaker';
import * as fixtures from '../../processmaker/fixtures/bpmn';
import { itWith } from '../../support/features';
import { type Behaviour, respond } from '../../support/gateway';
import { searchList } from '../../support/editor';
import { useHarness, type User } from '../../support/harness';
import {
  addReviewProcess,
  ADMIN,
  ask,
  decide,
  decideInForm,
  OPERATOR,
  review,
  wakeUp,
} from '../../support/review';
import type { Run } from '../../support/run';
import { startByHand } from '../../support/watch';
import { locator, PROCESS_MAKER } from '../../support/workflows';

const harness = useHarness();
let processId = 0;
beforeAll(async () => {
  processId = await addReviewProcess(harness);
});

const outputOf = (run?: Run) => run?.items('ProcessMaker');
const request = () => harness.requests()[0];

itWith('a resume token')('sends the message, sleeps, and gives what a person has decided', async () => {
  const parameters = review(processId, {
    resumeAmount: 2,
    resumeUnit: 'hours',
    additionalFields: { assignments: [{ id: '1', name: 'order.number', type: 'number', value: 7 }] },
    assignTo: { __rl: true, mode: 'id', value: '3' },
  });
  const sleeping = await ask(harness, parameters, { input: [{ approved: true, secret: 'of the item' }] });
  expect(sleeping.status).toBe('waiting');
  expect(harness.sent()).toEqual([
    {
      message: 'May it be ordered?',
      timeLimit: 'PT7200S',
      assignTo: 3,
      order: { number: 7 },
      _n8n_resume_url: expect.stringMatching(/\/processmaker\?signature=/) as string,
    },
  ]);
  await decide(harness, { decision: 'approved', comment: 'Only this once.' });
  const { run } = await wakeUp(harness, sleeping);
  expect(outputOf(run)).toEqual([
    {
      approved: true,
      chatInput: 'Only this once.',
      comment: 'Only this once.',
      respondedBy: { id: 3, name: 'Limited Test' },
      respondedAt: expect.stringMatching(/^20/) as string,
      requestId: request()?.id,
      requestUrl: `${harness.gateway.url}/requests/${request()?.id}`,
      timedOut: false,
    },
  ]);
});

itWith('a resume token')(
  'sends the message and the fields that a person has written with their blanks as they are',
  async () => {
    const text = 'Up to 2\u00A0000\u202F€,   by\u2003Monday\u3164';
    const parameters = review(processId, {
      message: text,
      additionalFields: { assignments: [{ id: '1', name: 'note', type: 'string', value: text }] },
    });
    await ask(harness, parameters);
    expect(harness.sent()).toMatchObject([{ message: text, note: text }]);
  },
);

itWith('a resume token')('handles only the first of several items', async () => {
  const sleeping = await ask(harness, review(processId), { input: [{ number: 1 }, { number: 2 }] });
  await decide(harness, { decision: 'approved' });
  const { run } = await wakeUp(harness, sleeping);
  expect(harness.requests()).toHaveLength(1);
  expect(outputOf(run)).toMatchObject([{ approved: true }]);
});

itWith('a resume token')('goes on sleeping while nobody has decided', async () => {
  const sleeping = await ask(harness, review(processId));
  expect(await wakeUp(harness, sleeping)).toMatchObject({ status: 409, body: { code: 'notEnded' } });
});

itWith('a resume token')(
  'gives at the time limit of n8n that nobody has decided, and nothing of its input',
  async () => {
    const input = [{ approved: true, data: { approved: true }, chatInput: 'Yes' }];
    const sleeping = await ask(harness, review(processId, { resumeUnit: 'hours' }), { input });
    const hours = (new Date(String(sleeping.data.waitTill)).getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(6.9);
    expect(hours).toBeLessThan(7.1);
    const run = await harness.engine.resume(sleeping);
    expect(outputOf(run)).toEqual([
      {
        approved: false,
        chatInput: 'No decision has reached n8n in time.',
        comment: null,
        respondedBy: null,
        respondedAt: null,
        requestId: request()?.id,
        requestUrl: `${harness.gateway.url}/requests/${request()?.id}`,
        timedOut: true,
      },
    ]);
  },
);

/** Changes what ProcessMaker shows of the Tasks of the Request. */
function showTasks(change: (tasks: JsonObject[]) => JsonObject[]): void {
  harness.gateway.treat = ({ path }): Behaviour | undefined =>
    path.startsWith('/api/1.0/tasks?')
      ? async (response, forward) => {
          const { status, headers, body } = await forward();
          const list = JSON.parse(body) as { data: JsonObject[] };
          response.writeHead(status, headers).end(JSON.stringify({ ...list, data: change(list.data) }));
        }
      : undefined;
}

const showTask = (changes: JsonObject) =>
  showTasks((tasks) => tasks.map((task) => ({ ...task, ...changes })));

interface Case {
  parameters?: INodeParameters;
  /** What happens in ProcessMaker. */
  act: () => Promise<void> | void;
  approved: boolean;
  chatInput: string | RegExp;
}

const yes = (data: JsonObject = {}) => decide(harness, { decision: 'approved', ...data });
const id = () => request()?.id ?? 0;

const CASES: Record<string, Case> = {
  'a yes without a comment': { act: () => yes(), approved: true, chatInput: '' },
  'a yes with a comment': { act: () => yes({ comment: 'Fine' }), approved: true, chatInput: 'Fine' },
  'a no with a comment': {
    act: () => decide(harness, { decision: 'refused', comment: 'Too dear' }),
    approved: false,
    chatInput: 'Too dear',
  },
  'a no without a comment': {
    act: () => decide(harness, { decision: 'refused' }),
    approved: false,
    chatInput: 'It was refused without a comment.',
  },
  'one of several yes values': {
    parameters: { yesValues: 'yes, of course', decisionField: 'verdict', commentField: '' },
    act: () => decide(harness, { verdict: 'of course', comment: 'Not read' }),
    approved: true,
    chatInput: '',
  },
  'a checkbox that is one of the yes values': {
    parameters: { yesValues: 'true', noValues: 'false' },
    act: () => decide(harness, { decision: true }),
    approved: true,
    chatInput: '',
  },
  'another value that is true': {
    act: () => decide(harness, { decision: true }),
    approved: false,
    chatInput: /holds a value that is neither a yes nor a no/,
  },
  'a yes in other letters': {
    act: () => decide(harness, { decision: 'Approved' }),
    approved: false,
    chatInput: /holds a value that is neither/,
  },
  'a yes in a list': {
    act: () => decide(harness, { decision: ['approved'] }),
    approved: false,
    chatInput: /holds no value that is neither/,
  },
  'no value': {
    act: () => decide(harness, {}),
    approved: false,
    chatInput: /holds no value that is neither/,
  },
  'a yes in another field': {
    act: () => decide(harness, { Decision: 'approved', data: { decision: 'approved' } }),
    approved: false,
    chatInput: /holds no value/,
  },
  'a canceled Request': {
    act: () => harness.server.cancelRequest(id()),
    approved: false,
    chatInput: /has ended in status CANCELED/,
  },
  'a broken Request': {
    act: () => harness.server.failRequest(id(), 'It broke.'),
    approved: false,
    chatInput: /has ended in status ERROR/,
  },
  'a Request that was broken for a while': {
    act: async () => {
      const [task] = harness.server.tasks().filter(({ requestId }) => requestId === id());
      harness.server.failRequest(id(), 'It broke.');
      await harness.server.completeTask(task?.id ?? 0, { decision: 'approved' });
      showRequest({ status: 'COMPLETED', errors: [] });
    },
    approved: false,
    chatInput: /was in status ERROR before it ended/,
  },
  'two Tasks': {
    act: async () => {
      await yes();
      showTasks((tasks) => [...tasks, { ...tasks[0], id: Number(tasks[0]?.id) + 1 }]);
    },
    approved: false,
    chatInput: /has 2 Tasks of the element 'decide', not one/,
  },
  'a Task that is not shown': {
    act: async () => {
      await yes();
      showTasks(() => []);
    },
    approved: false,
    chatInput: /has no Task of the element 'decide' .* Without the permission to view all Requests/,
  },
  'a Task of another element': {
    parameters: { decisionTask: { __rl: true, mode: 'id', value: 'DECIDE' } },
    act: () => yes(),
    approved: false,
    chatInput: /has no Task of the element 'DECIDE'/,
  },
  'a Task of another Request': {
    act: async () => {
      await yes();
      showTask({ process_request_id: id() + 1 });
    },
    approved: false,
    chatInput: /has no Task of the element 'decide'/,
  },
  'a message that was changed': {
    act: () => decideInForm(harness, { decision: 'approved' }, { message: 'May a pencil be ordered?' }),
    approved: false,
    chatInput: /does not hold in 'message' what it held when the person was asked/,
  },
  'another field that the form lets people change': {
    parameters: {
      additionalFields: { assignments: [{ id: '1', name: 'amount', type: 'number', value: 7 }] },
    },
    act: () => decideInForm(harness, { decision: 'approved', amount: 6 }),
    approved: true,
    chatInput: '',
  },
  'a Task that a timer has closed': {
    act: async () => {
      await yes();
      showTask({ completed_at: null });
    },
    approved: false,
    chatInput: /was not completed before the Request ended/,
  },
  'a Task that is still open': {
    act: async () => {
      await yes();
      showTask({ status: 'ACTIVE' });
    },
    approved: false,
    chatInput: /was not completed before the Request ended/,
  },
  'a Task that nobody had claimed': {
    act: async () => {
      await yes();
      showTask({ user_id: null });
    },
    approved: false,
    chatInput: /but nobody had claimed it/,
  },
  'the approval of the user who had asked': {
    act: async () => {
      await yes();
      showTask({ user_id: OPERATOR });
    },
    approved: false,
    chatInput: /was completed by the user who had asked for the review/,
  },
};

/** Changes what ProcessMaker shows of the Request. */
function showRequest(changes: JsonObject): void {
  harness.gateway.treat = ({ path }): Behaviour | undefined =>
    path.startsWith('/api/1.0/requests?')
      ? async (response, forward) => {
          const { status, headers, body } = await forward();
          const list = JSON.parse(body) as { data: JsonObject[] };
          const data = list.data.map((one) => ({ ...one, ...changes }));
          response.writeHead(status, headers).end(JSON.stringify({ ...list, data }));
        }
      : undefined;
}

itWith('a resume token').each(Object.entries(CASES))(
  'decides by the Request itself: %s',
  async (_, { parameters, act, approved, chatInput }) => {
    const sleeping = await ask(harness, review(processId, parameters));
    await act();
    const { status, run } = await wakeUp(harness, sleeping);
    expect(status).toBe(200);
    expect(outputOf(run)).toMatchObject([
      { approved, chatInput: expect.stringMatching(chatInput) as string, timedOut: false },
    ]);
    if (typeof chatInput === 'string') expect(outputOf(run)?.[0]?.chatInput).toBe(chatInput);
    // Who has decided, where the decision counts.
    const counts = typeof chatInput === 'string';
    const who = counts ? { id: 3, name: 'Limited Test' } : null;
    expect(outputOf(run)).toMatchObject([{ respondedBy: who }]);
    expect(outputOf(run)?.[0]?.respondedAt === null).toBe(!counts);
  },
);

itWith('a resume token')(
  'does not count the approval of the user whose credential reads it, though another one has started the Request',
  async () => {
    const sleeping = await ask(harness, review(await addReviewProcess(harness, { reviewer: ADMIN })));
    await yes();
    const { run } = await wakeUp(harness, sleeping, 'admin');
    expect(outputOf(run)).toMatchObject([
      { approved: false, chatInput: expect.stringMatching(/by the user who had asked/) as string },
    ]);
    expect(outputOf(run)).toMatchObject([{ respondedBy: null, respondedAt: null }]);
  },
);

itWith('a resume token')('counts the approval of the user who has asked where that is allowed', async () => {
  const parameters = review(await addReviewProcess(harness, { reviewer: OPERATOR }), {
    options: { allowOwnApproval: true },
  });
  const sleeping = await ask(harness, parameters);
  await yes();
  const { run } = await wakeUp(harness, sleeping);
  expect(outputOf(run)).toMatchObject([{ approved: true, respondedBy: { id: OPERATOR } }]);
});

itWith('a resume token')('sleeps on when the Tasks cannot be read, and is woken later', async () => {
  const sleeping = await ask(harness, review(processId));
  await yes();
  harness.gateway.treat = ({ path }) =>
    path.startsWith('/api/1.0/tasks?') ? respond(403, { message: 'Unauthorized.' }) : undefined;
  expect(await wakeUp(harness, sleeping)).toMatchObject({ status: 503 });
  harness.gateway.treat = () => undefined;
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const { run } = await wakeUp(harness, sleeping);
  expect(outputOf(run)).toMatchObject([{ approved: true }]);
});

it('does not start anything when the server does not say whose token it is', async () => {
  harness.gateway.treat = ({ path }) =>
    path.includes('/users/configuration') ? respond(404, { error: 'Not found.' }) : undefined;
  const run = await ask(harness, review(processId));
  expect(run.error?.description).toMatch(/'Allow Own Approval'/);
  expect(harness.starts()).toEqual([]);
});

const assignment = (name: string, value: unknown, type = 'string') => ({
  additionalFields: { assignments: [{ id: '1', name, value, type }] } as never,
});

it.each<[string, INodeParameters, RegExp]>([
  [
    'a field with the name of the Decision Field',
    assignment('decision', 'approved'),
    /has a field 'decision'/,
  ],
  ['the Decision Field in other letters', assignment('DECISION', 'approved'), /has a field 'DECISION'/],
  ['the Comment Field deep inside', assignment('a.b[0].Comment', 'x'), /has a field 'Comment'/],
  [
    'the Decision Field in the name of a path',
    assignment('a', { 'form.decision': 'approved' }, 'object'),
    /has a field 'form\.decision'/,
  ],
  ['the URL that wakes the workflow', assignment('_n8n_resume_url', 'x'), /has a field '_n8n_resume_url'/],
  ['a Decision Field that the node sends', { decisionField: 'message' }, /has a field 'message'/],
  ['a second message', assignment('message', 'x'), /'message' is given twice/],
  ['no yes value', { yesValues: ' , ' }, /'Yes Values' and 'No Values'/],
  ['a value that is yes and no', { noValues: 'refused,approved' }, /'Yes Values' and 'No Values'/],
  ['no Decision Task', { decisionTask: { __rl: true, mode: 'id', value: '={{ "" }}' } }, /No Task is given/],
  ['a hidden Decision Field', { decisionField: '_decision' }, /do not hold the names/],
  ['the same field twice', { commentField: 'decision' }, /do not hold the names/],
  ['no time', { resumeAmount: 0 }, /'Time Limit' is not a number above 0/],
  [
    'a user that is no id',
    { assignTo: { __rl: true, mode: 'id', value: '={{ "me" }}' } },
    /'Assign To' holds "me"/,
  ],
  ['too much text', { message: 'x'.repeat(70_000) }, /at most 65536 are sent/],
  ['a Task of the model', { decisionTask: "={{ $fromAI('task') }}" }, /'decisionTask' holds an expression/],
  [
    'a reviewer of the model',
    { assignTo: { __rl: true, mode: 'id', value: "={{ $fromAI('who') }}" } },
    /'assignTo' holds an expression whose value the AI model gives/,
  ],
])('refuses %s before anything is sent', async (_, parameters, message) => {
  const run = await ask(harness, review(processId, parameters));
  expect(run.error?.message).toMatch(message);
  expect(harness.starts()).toEqual([]);
});

itWith('a resume token')('lists the Tasks that the chosen process has had, by their elements', async () => {
  await ask(harness, review(processId));
  const search = { nodeType: PROCESS_MAKER, method: 'searchTaskElements' };
  const parameters = { process: locator('id', processId) };
  const credentials = harness.credentials('operator');
  expect(await searchList(harness.engine, { ...search, parameters, credentials })).toEqual({
    results: [{ name: 'Decide', value: 'decide', description: 'decide' }],
  });
  const filtered = { ...search, parameters, credentials, filter: 'other' };
  expect(await searchList(harness.engine, filtered)).toEqual({ results: [] });
});

describe('the list of the Decision Task, of a process that has had none', () => {
  const { bpmn, formTask } = fixtures;
  const search = (id: number, user: User, filter?: string) => {
    const parameters = { process: locator('id', id) };
    const credentials = harness.credentials(user);
    const call = { nodeType: PROCESS_MAKER, method: 'searchTaskElements', parameters, credentials };
    return searchList(harness.engine, { ...call, ...(filter !== undefined && { filter }) });
  };
  let id = 0;
  beforeAll(async () => {
    const elements = [
      fixtures.startEvent('asked', 'Asked', String(OPERATOR)),
      { type: 'scriptTask', id: 'prepare', name: 'Prepare' },
      formTask('check', 'Check "big" orders', String(OPERATOR)),
      formTask('decide', 'Größe & <Preis>', String(OPERATOR)),
      fixtures.endEvent('decided', 'Decided'),
    ];
    const flows = fixtures.line(...elements.map((element) => element.id));
    const added = await harness.server.addProcess({ name: 'Never started', bpmn: bpmn(elements, flows) });
    id = added.id;
  });

  it('holds the Tasks of its BPMN, where the token may view processes', async () => {
    expect(await search(id, 'operator')).toEqual({
      results: [
        { name: 'Check "big" orders', value: 'check', description: 'check' },
        { name: 'Größe & <Preis>', value: 'decide', description: 'decide' },
      ],
    });
    const { results } = await search(id, 'operator', 'preis');
    expect(results.map(({ value }) => value)).toEqual(['decide']);
  });

  it('says what to enter, where the token may not', async () => {
    await expect(search(id, 'limited')).rejects.toMatchObject({
      message: `No Task of process ${id} can be shown`,
      description: expect.stringMatching(
        /enter the ID that the Task has in the designer, such as decide/,
      ) as string,
    });
  });

  it('holds those that it has had lately, where the token may not', async () => {
    const started = await startByHand(harness, 2, {});
    expect(started).toBeGreaterThan(0);
    const { results } = await search(2, 'limited');
    expect(results).toEqual([{ name: 'Form Task', value: 'node_2', description: 'node_2' }]);
  });

  it('says what went wrong where the BPMN cannot be read for another cause', async () => {
    harness.gateway.treat = ({ path }) => (path.includes('/bpmn') ? respond(500, '{}') : undefined);
    await expect(search(id, 'operator')).rejects.toThrow();
  });
});

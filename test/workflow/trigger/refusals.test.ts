import { inspect } from 'node:util';
import type { INodeParameters } from 'n8n-workflow';
import { ownMaintenance, respond, redirect } from '../../support/gateway';
import { watcher, watching } from '../../support/watch';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const STARTED = { triggerOn: ['requestStarted'] };

type Case = [string, INodeParameters, RegExp];

interface Refusal {
  name: string;
  message: string;
  description: string;
  httpCode: string | null;
}

async function refusalOf(parameters: INodeParameters): Promise<Refusal> {
  return await watcher(harness, parameters)
    .activate()
    .then(
      () => Promise.reject(new Error('It was switched on.')),
      (error: Refusal) => error,
    );
}

const CREATED = { triggerOn: ['taskCreated'] };

/** What expressions can give to a field of another form. */
const WRONG_FORMS = [
  { field: 'assignee', name: 'Assignee', on: CREATED },
  { field: 'elementId', name: 'Task Element ID', on: CREATED },
  { field: 'taskPmql', name: 'Task PMQL', on: CREATED },
  { field: 'requestPmql', name: 'Request PMQL', on: STARTED },
].flatMap(({ field, name, on }) =>
  [
    '={{ ({ id: 3 }) }}',
    '={{ [3] }}',
    '={{ true }}',
    '={{ null }}',
    '={{ [""] }}',
    '={{ [null] }}',
    '={{ ({}) }}',
  ].map((value): Case => [
    `${name} ${value}`,
    { ...on, filters: { [field]: value } },
    new RegExp(`^The filter '${name}' (holds a|has no) `),
  ]),
);
WRONG_FORMS.push(
  [
    'Ignore Requests as text',
    { ...STARTED, filters: { ignoreN8n: '={{ "false" }}' } },
    /^The filter 'Ignore Requests Started by n8n' is neither true nor false/,
  ],
  [
    'an option as text',
    { ...STARTED, options: { includeData: '={{ "false" }}' } },
    /^The option 'Include Data' is neither true nor false/,
  ],
);

/** PMQL that would end the brackets around it. */
const OPEN_ENDS = ['id = 1) OR (id > 0', 'task = "a', '(id > 0', 'id > 0 AND data.x = ")" )'].map(
  (pmql): Case => [
    pmql,
    { ...CREATED, filters: { taskPmql: pmql } },
    /^'Task PMQL' has a bracket or a quote without its counterpart/,
  ],
);
OPEN_ENDS.push([
  'Request PMQL',
  { ...STARTED, filters: { requestPmql: 'id = 1) OR (id > 0' } },
  /^'Request PMQL' has a bracket or a quote/,
]);

describe('before any call', () => {
  it.each<Case>([
    ['no event', { triggerOn: [] }, /^No event is chosen in 'Trigger On'/],
    ['an unknown event', { triggerOn: '={{ ["started"] }}' }, /^'Trigger On' holds "started"/],
    [
      'a process name in place of an id',
      { ...STARTED, processes: '={{ "Invoice approval" }}' },
      /^'Process Names or IDs' holds "Invoice/,
    ],
    [
      'a name as assignee',
      { triggerOn: ['taskCreated'], filters: { assignee: 'jane' } },
      /^'Assignee' holds "jane", which is neither "me"/,
    ],
    [
      'an object as processes',
      { ...STARTED, processes: '={{ ({ id: 4 }) }}' },
      /^'Process Names or IDs' holds something/,
    ],
    ['an empty process', { ...STARTED, processes: '={{ "" }}' }, /^'Process Names or IDs' has no value/],
    [
      'only empty processes',
      { ...STARTED, processes: '={{ [" "] }}' },
      /^'Process Names or IDs' has no value/,
    ],
    [
      'a process that is no id',
      { ...STARTED, processes: '={{ [4, { id: 2 }] }}' },
      /^'Process Names or IDs' holds some/,
    ],
    ...['={{ [undefined] }}', '={{ [""] }}', '={{ ({}) }}', '={{ [null] }}'].map((processes): Case => [
      `the processes ${processes}`,
      { ...STARTED, processes },
      /^'Process Names or IDs' (has no value|holds something)/,
    ]),
    [
      'no process at all',
      { ...STARTED, processes: '={{ undefined }}' },
      /^'Process Names or IDs' holds something/,
    ],
    ...WRONG_FORMS,
    ...OPEN_ENDS,
  ])('refuses to activate the trigger with %s before any call', async (_, parameters, message) => {
    const refusal = await refusalOf(parameters);
    expect(refusal.name).toBe('NodeOperationError');
    expect(refusal.message).toMatch(message);
    expect(refusal.description).toMatch(/\.$/);
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('when the trigger is activated', () => {
  it.each<Case>([
    ['Request PMQL', { ...STARTED, filters: { requestPmql: 'data.x =' } }, /filter 'Request PMQL'$/],
    ['Request PMQL', { ...STARTED, filters: { requestPmql: 'nonsense = 1' } }, /filter 'Request PMQL'$/],
    ['Task PMQL', { triggerOn: ['taskCreated'], filters: { taskPmql: 'nonsense = 1' } }, /'Task PMQL'$/],
    ['Task PMQL', { triggerOn: ['taskCreated'], filters: { taskPmql: 'task = = 1' } }, /'Task PMQL'$/],
  ])(
    'reports %s that ProcessMaker does not understand when the trigger is activated',
    async (_, parameters, message) => {
      const refusal = await refusalOf(parameters);
      expect(refusal.message).toMatch(message);
      expect(refusal.description).toContain('Check its syntax and the names of its columns');
    },
  );

  it.each([
    ['a wrong token', respond(401, { error: 'Unauthenticated.' }), /did not accept the access token/, '401'],
    ['a missing permission', respond(403, { message: 'No.' }), /does not allow this/, '403'],
    ['a foreign response', respond(200, '<html></html>'), /not that of a ProcessMaker API/, '200'],
    ['a response of another shape', respond(200, { data: [] }), /not a list in the form/, null],
    ['a redirect', redirect(302, 'https://elsewhere.example/login'), /elsewhere\.example|redirect/, '302'],
  ])(
    'reports %s, with its status, when the trigger is activated',
    async (_, behaviour, message, httpCode) => {
      harness.gateway.treat = () => behaviour;
      const refusal = await refusalOf(STARTED);
      expect(refusal.message).toMatch(message);
      expect(refusal.httpCode).toBe(httpCode);
      // n8n gives up a workflow for good whose activation mentions this word.
      expect(refusal.message).not.toContain('Authorization');
    },
  );

  it('reports a response without the time of the server when the trigger is activated', async () => {
    harness.gateway.treat = () => async (response, forward) => {
      const { status, headers, body } = await forward();
      delete headers.date;
      response.sendDate = false;
      response.writeHead(status, headers).end(body);
    };
    const refusal = await refusalOf(STARTED);
    expect(refusal.message).toBe("The response of ProcessMaker does not contain the server's time");
  });

  it('reports that the server does not tell who the assignee "me" is', async () => {
    harness.gateway.treat = ({ path }) =>
      path.includes('/users/configuration') ? respond(404, { error: 'Not found' }) : undefined;
    const refusal = await refusalOf({ triggerOn: ['taskCreated'], filters: { assignee: 'me' } });
    expect(refusal.message).toContain('does not show whose access token it is');
    expect(refusal.description).toContain("'Assignee'");
  });
});

describe('a poll', () => {
  it.each([
    ['too many calls', respond(429, { message: 'Too Many Attempts.' }, { 'retry-after': '60' }), '429'],
    ['maintenance', ownMaintenance({ 'retry-after': '60' }), '503'],
  ])('says that no event is lost when a poll meets %s', async (_, behaviour, httpCode) => {
    const poller = await watching(harness, STARTED);
    harness.gateway.treat = () => behaviour;
    await poller.poll();
    expect(poller.errors).toMatchObject([
      { httpCode, description: expect.stringContaining('No event is lost') as string },
    ]);
  });

  it('does not show the token when a poll fails', async () => {
    const poller = await watching(harness, STARTED);
    const token = harness.server.tokens.admin;
    harness.gateway.treat = () => respond(422, { message: `Bearer ${token} is wrong` });
    await poller.poll();
    expect(poller.errors).toHaveLength(1);
    expect(inspect(poller.errors, { depth: Infinity })).not.toContain(token);
    expect(poller.saved).not.toContain(token);
  });
});

import { inspect } from 'node:util';
import type { INodeParameters } from 'n8n-workflow';
import { answer, redirect } from '../../support/gateway';
import { watcher, watching } from '../../support/watch';
import { useWorld } from '../../support/world';

const world = useWorld();

const STARTED = { triggerOn: ['requestStarted'] };

interface Refusal {
  name: string;
  message: string;
  description: string;
  httpCode: string | null;
}

async function refusalOf(parameters: INodeParameters): Promise<Refusal> {
  return await watcher(world, parameters)
    .activate()
    .then(
      () => Promise.reject(new Error('It was switched on.')),
      (error: Refusal) => error,
    );
}

describe('before any call', () => {
  it.each<[string, INodeParameters, RegExp]>([
    ['no event', { triggerOn: [] }, /^No event is chosen in 'Trigger On'/],
    ['an unknown event', { triggerOn: '={{ ["started"] }}' }, /^'Trigger On' holds "started"/],
    [
      'no process id',
      { ...STARTED, processes: '={{ "Invoice approval" }}' },
      /^'Process Names or IDs' holds "Invoice/,
    ],
    [
      'no assignee',
      { triggerOn: ['taskCreated'], filters: { assignee: 'jane' } },
      /^'Assignee' holds "jane", which is neither "me"/,
    ],
  ])('%s is refused', async (_, parameters, message) => {
    const refusal = await refusalOf(parameters);
    expect(refusal.name).toBe('NodeOperationError');
    expect(refusal.message).toMatch(message);
    expect(refusal.description).toMatch(/\.$/);
    expect(world.gateway.calls).toEqual([]);
  });
});

describe('when it is switched on', () => {
  it.each<[string, INodeParameters, RegExp]>([
    ['Request PMQL', { ...STARTED, filters: { requestPmql: 'data.x =' } }, /filter 'Request PMQL'$/],
    ['Request PMQL', { ...STARTED, filters: { requestPmql: 'nonsense = 1' } }, /filter 'Request PMQL'$/],
    ['Task PMQL', { triggerOn: ['taskCreated'], filters: { taskPmql: 'nonsense = 1' } }, /'Task PMQL'$/],
    ['Task PMQL', { triggerOn: ['taskCreated'], filters: { taskPmql: 'task = (' } }, /'Task PMQL'$/],
  ])('%s that ProcessMaker does not understand is told', async (_, parameters, message) => {
    const refusal = await refusalOf(parameters);
    expect(refusal.message).toMatch(message);
    expect(refusal.description).toContain('Check its syntax and the names of its columns');
  });

  it.each([
    ['a wrong token', answer(401, { error: 'Unauthenticated.' }), /did not accept the access token/, '401'],
    ['a missing permission', answer(403, { message: 'No.' }), /does not allow this/, '403'],
    ['a foreign answer', answer(200, '<html></html>'), /not that of a ProcessMaker API/, '200'],
    ['another shape', answer(200, { data: [] }), /not a list in the form/, null],
    ['a redirect', redirect(302, 'https://elsewhere.example/login'), /elsewhere\.example|redirect/, '302'],
  ])('%s is told, for n8n with its status', async (_, behaviour, message, httpCode) => {
    world.gateway.treat = () => behaviour;
    const refusal = await refusalOf(STARTED);
    expect(refusal.message).toMatch(message);
    expect(refusal.httpCode).toBe(httpCode);
    // n8n gives up a workflow for good whose activation mentions this word.
    expect(refusal.message).not.toContain('Authorization');
  });

  it('an answer without the time of the server is told', async () => {
    world.gateway.treat = () => async (response, forward) => {
      const { status, headers, body } = await forward();
      delete headers.date;
      response.sendDate = false;
      response.writeHead(status, headers).end(body);
    };
    const refusal = await refusalOf(STARTED);
    expect(refusal.message).toBe("The answer of ProcessMaker does not carry the server's time");
  });

  it('the assignee "me" on a server that does not tell who that is', async () => {
    world.gateway.treat = ({ path }) =>
      path.includes('/users/configuration') ? answer(404, { error: 'Not found' }) : undefined;
    const refusal = await refusalOf({ triggerOn: ['taskCreated'], filters: { assignee: 'me' } });
    expect(refusal.message).toContain('does not tell whose access token it is');
    expect(refusal.description).toContain("'Assignee'");
  });
});

describe('a poll', () => {
  it.each([
    ['too many calls', answer(429, { message: 'Too Many Attempts.' }, { 'retry-after': '60' }), '429'],
    ['maintenance', answer(503, { message: 'Service Unavailable' }, { 'retry-after': '60' }), '503'],
  ])('that meets %s says that nothing is lost', async (_, behaviour, httpCode) => {
    const poller = await watching(world, STARTED);
    world.gateway.treat = () => behaviour;
    await poller.poll();
    expect(poller.errors).toMatchObject([
      { httpCode, description: expect.stringContaining('No event is lost') as string },
    ]);
  });

  it('never shows the token', async () => {
    const poller = await watching(world, STARTED);
    const token = world.server.tokens.admin;
    world.gateway.treat = () => answer(422, { message: `Bearer ${token} is wrong` });
    await poller.poll();
    expect(poller.errors).toHaveLength(1);
    expect(inspect(poller.errors, { depth: Infinity })).not.toContain(token);
    expect(poller.saved).not.toContain(token);
  });
});

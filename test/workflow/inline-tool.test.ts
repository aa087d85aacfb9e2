import type { INodeParameters } from 'n8n-workflow';
import { REQUEST_OF_ITEM, rows } from '../support/files';
import { delay, pass, resetAfter, resetBefore, respond, type Behaviour } from '../support/gateway';
import { itWith } from '../support/features';
import { useHarness } from '../support/harness';
import type { InlineCall } from '../support/inline-agent';
import { startTasks } from '../support/tasks';
import { errored, requests, waitingAtEvent } from '../support/things';
import { callToolInline, callToolOfWebhook, callToolOnWorker } from '../support/tool';
import { locator } from '../support/workflows';

/**
 * AI Agent 1 and 2, the message nodes, the AI Agent Tool and the MCP Server Trigger call a tool inline, with n8n's own
 * function for it: beside its engine, with a run index for each try.
 */
const harness = useHarness({ queue: 'sync' });

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
/** Without a window, a start whose response was lost is looked for once. */
const NO_WINDOW = { ...TARGET, options: { recoveryWindow: 0 } };
const WAITS = { ...TARGET, waitFor: 'finish', options: { timeLimit: 1 } };
const tries = (maxTries: number, waitBetweenTries = 1) => ({
  settings: { retryOnFail: true, maxTries, waitBetweenTries },
});
const refused = respond(403, { message: 'This action is unauthorized.' });
const cannotBeRead = respond(500, { message: 'Server Error' });

/** A call of the tool with data for its Request. */
const order = (data: unknown, item?: number): InlineCall => ({
  args: { Request_Data__JSON_: JSON.stringify(data) },
  ...(item !== undefined && { item }),
});
const A = () => order({ number: 'a' });

const call = async (parameters: INodeParameters, turns: InlineCall[][], options = {}) =>
  (await callToolInline(harness, parameters, turns, options)).answers;
const ids = () => harness.requests().map(({ id }) => id);
const started = (id?: number) => ({ output: [expect.objectContaining({ id }) as unknown] });

/** The first call that changes something is treated so, and nothing can be read as long as `broken` says. */
function treatFirst(behaviour: Behaviour, broken: () => boolean = () => false): void {
  let isFirst = true;
  harness.gateway.treat = ({ method }) => {
    if (method === 'GET') return broken() ? cannotBeRead : undefined;
    const treatment = isFirst ? behaviour : undefined;
    isFirst = false;
    return treatment;
  };
}

/** The first start has no response, and reaches ProcessMaker just before this look-up. */
function startLate(lookUp: number): void {
  let late: (() => Promise<unknown>) | undefined;
  treatFirst((response, forward) => {
    late = forward;
    response.destroy();
    return Promise.resolve();
  });
  const { treat } = harness.gateway;
  harness.gateway.treat = (given) =>
    given.method !== 'GET' || harness.lookUps().length !== lookUp
      ? treat(given)
      : async (response, forward) => {
          await late?.();
          await pass(response, forward);
        };
}

describe('Retry On Fail of a call', () => {
  it.each([2, 3])('starts one Request when its response is lost, with %i tries', async (maxTries) => {
    startLate(maxTries);
    const [answer] = await call(NO_WINDOW, [[A()]], tries(maxTries));
    expect(answer).toEqual(started(ids()[0]));
    expect(harness.starts()).toHaveLength(1);
  });

  it.each([2, 3])('leaves a start unknown that is not found, with %i tries', async (maxTries) => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const [answer] = await call(NO_WINDOW, [[A()]], tries(maxTries));
    expect(answer).toEqual({
      error: expect.stringMatching(
        /^Do not call again with the same input, since a Request may have been started all the same/,
      ) as string,
    });
    expect(JSON.stringify(answer)).toContain(String(harness.sentKeys()[0]));
    expect(harness.starts()).toHaveLength(1);
  });

  it.each([2, 3])(
    'starts one Request and names it when the wait for it times out, with %i tries',
    async (maxTries) => {
      const [answer] = await call(WAITS, [[A()]], tries(maxTries));
      expect(ids()).toHaveLength(1);
      expect(answer).toEqual({
        error: expect.stringContaining(`since Request ${ids()[0]} was started for it`) as string,
      });
    },
  );

  it('names the Request of an earlier try when nothing can be read in a later one', async () => {
    const began = Date.now();
    treatFirst(pass, () => Date.now() > began + 1500);
    const [answer] = await call(WAITS, [[A()]], tries(2, 1000));
    expect(answer).toEqual({
      error: expect.stringMatching(
        new RegExp(`since Request ${ids()[0]} was started for it: What was started before could not be`),
      ) as string,
    });
    expect(harness.starts()).toHaveLength(1);
  });

  it('starts a Request once more only when nothing was started', async () => {
    treatFirst(refused);
    const [answer] = await call(NO_WINDOW, [[A()]], tries(2));
    expect(answer).toEqual(started(ids()[0]));
    expect(harness.starts()).toHaveLength(2);
  });

  it('does not say that a Request with its Idempotency Key was there before', async () => {
    // The first one is for the key.
    startLate(3);
    const options = { recoveryWindow: 0, idempotencyKey: `inline-${Math.random()}` };
    const [answer] = await call({ ...TARGET, options }, [[A()]], tries(2));
    expect(answer).toEqual(started(ids()[0]));
    expect(ids()).toHaveLength(1);
    expect(harness.starts()).toHaveLength(1);
  });
});

describe('Calls at the same time', () => {
  it('start a Request each, also with the same arguments', async () => {
    const answers = await call(TARGET, [[A(), A(), order({ number: 'b' })]]);
    expect(harness.numbers().sort()).toEqual(['a', 'a', 'b']);
    expect(new Set(harness.sentKeys()).size).toBe(3);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(3);
  });

  it('start a Request each when n8n begins at the same run index for both', async () => {
    const answers = await call(TARGET, [[A(), order({ number: 'a' }, 1)]]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(2);
    expect(harness.numbers()).toEqual(['a', 'a']);
    expect(new Set(harness.sentKeys()).size).toBe(2);
  });

  it('do not take a try of one for a try of another', async () => {
    harness.treatOnce('b', resetBefore);
    const answers = await call(NO_WINDOW, [[A(), order({ number: 'b' }), A()]], tries(3));
    expect(answers.map((answer) => 'output' in answer)).toEqual([true, false, true]);
    expect(harness.numbers()).toEqual(['a', 'a']);
    expect(harness.starts()).toHaveLength(3);
  });

  it('send nothing when n8n reads the parameters of one with the arguments of another', async () => {
    const answers = await call(TARGET, [[A(), order({ number: 'b' }, 1)]]);
    expect(answers).toEqual([
      started(ids()[0]),
      {
        error: expect.stringMatching(
          /^n8n has read the parameters of this call with the arguments of another one.*nothing is sent/,
        ) as string,
      },
    ]);
    expect(harness.numbers()).toEqual(['a']);
  });
});

describe('A second call with the same arguments', () => {
  it('is a new start', async () => {
    const answers = await call(TARGET, [[A()], [A()]]);
    expect(answers).toEqual([started(ids()[0]), started(ids()[1])]);
    expect(harness.numbers()).toEqual(['a', 'a']);
  });

  it('stays unknown after one that has ended unknown, and sends nothing', async () => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const same = order({ one: 1, two: { x: 1, y: 2 } });
    const reordered = order({ two: { y: 2, x: 1 }, one: 1 });
    const answers = await call(NO_WINDOW, [[same], [order({ one: 1, two: { x: 1, y: 2 } })], [reordered]]);
    expect(harness.starts()).toHaveLength(1);
    for (const answer of answers) {
      expect(answer).toEqual({ error: expect.stringMatching(/^Do not call again with the same/) as string });
    }
    expect(JSON.stringify(answers[1])).toContain('not known whether an earlier attempt started a Request');
  });

  it('gives the Request of one that has ended unknown when that is found, and is a new start then', async () => {
    startLate(2);
    const answers = await call(NO_WINDOW, [[A()], [A()], [A()]]);
    expect(answers).toEqual([
      { error: expect.stringMatching(/^Do not call again/) as string },
      started(ids()[0]),
      started(ids()[1]),
    ]);
    expect(harness.starts()).toHaveLength(2);
  });

  it('does not start twice when two of them come at the same time after one that has ended unknown', async () => {
    harness.gateway.treat = ({ method }) =>
      method === 'POST' && harness.starts().length <= 5 ? resetBefore : undefined;
    const options = { recoveryWindow: 0, startAgainWhenNotFound: true };
    const answers = await call({ ...TARGET, options }, [[A()], [A(), A()]]);
    expect(ids()).toHaveLength(1);
    expect(answers.slice(1)).toEqual([started(ids()[0]), started(ids()[0])]);
  });

  it('looks for one that has ended unknown also when another one at the same time has ended well after it', async () => {
    harness.gateway.treat = ({ method }) => {
      if (method !== 'POST') return undefined;
      return harness.starts().length === 1 ? resetBefore : delay(2500);
    };
    const answers = await call(NO_WINDOW, [[A(), A()], [A()]]);
    const unknown = { error: expect.stringMatching(/^Do not call again/) as string };
    expect(answers).toEqual([unknown, started(ids()[0]), unknown]);
    expect(harness.starts()).toHaveLength(2);
  });

  it('waits for the Request of one whose time limit has passed, and starts no other', async () => {
    const answers = await call(WAITS, [[A()], [A()]]);
    expect(ids()).toHaveLength(1);
    const named = { error: expect.stringContaining(`Request ${ids()[0]} was started`) as string };
    expect(answers).toEqual([named, named]);
  });

  it('does not concern a call with other arguments', async () => {
    harness.treatOnce('a', resetBefore);
    const answers = await call(NO_WINDOW, [[A()], [order({ number: 'b' })]]);
    expect(answers[1]).toEqual(started(ids()[0]));
    expect(harness.numbers()).toEqual(['b']);
  });

  itWith('a resume token')('finds what a call has started before n8n crashed, each its own', async () => {
    const before = await callToolInline(harness, TARGET, [[A(), A()]]);
    harness.gateway.calls = [];
    const run = await harness.retryAfterCrash(before.run, [{ chatInput: 'Order a laptop' }]);
    const answers = run.items('Agent')[0]?.answers;
    expect(harness.starts()).toEqual([]);
    expect(answers).toEqual(expect.arrayContaining([started(ids()[0]), started(ids()[1])]));
  });
});

describe('Where n8n gives no context', () => {
  it('starts a Request for each call, and one for all tries of a call', async () => {
    startLate(2);
    const answers = await callToolOfWebhook(harness, NO_WINDOW, [[A()], [A(), A()]], tries(2));
    expect(answers[0]).toEqual(started(ids()[0]));
    expect(ids()).toHaveLength(3);
    expect(harness.starts()).toHaveLength(3);
    expect(new Set(harness.sentKeys()).size).toBe(3);
  });

  it('leaves a start unknown that is not found', async () => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const [answer] = await callToolOfWebhook(harness, NO_WINDOW, [[A()]], tries(3));
    expect(answer).toEqual({ error: expect.stringMatching(/^Do not call again/) as string });
    expect(harness.starts()).toHaveLength(1);
  });
});

describe('On a worker, where n8n runs a tool of the MCP Server Trigger once', () => {
  it('starts a Request', async () => {
    const answer = await callToolOnWorker(harness, TARGET, A().args);
    expect(answer).toEqual(started(ids()[0]));
  });

  it.each([
    ['finds a start whose response was lost', resetAfter, () => started(ids()[0])],
    [
      'leaves a start unknown that is not found',
      resetBefore,
      () => ({ error: expect.stringMatching(/^Do not call again/) as string }),
    ],
  ])('%s', async (_, behaviour, expected) => {
    treatFirst(behaviour);
    const answer = await callToolOnWorker(harness, NO_WINDOW, A().args);
    expect(answer).toEqual(expected());
    expect(harness.starts()).toHaveLength(1);
  });
});

describe('The data that the model gives', () => {
  it.each([
    ['{"number":"a","lines":[{"price":1.5}]}', { number: 'a', lines: [{ price: 1.5 }] }],
    ['{}', {}],
  ])('is taken from the text %s', async (text, data) => {
    const [answer] = await call(TARGET, [[{ args: { Request_Data__JSON_: text } }]]);
    expect(answer).toEqual(started(ids()[0]));
    expect(harness.sent()).toEqual([data]);
  });

  it.each([
    ['[1]', /'Request Data \(JSON\)' holds a list and not a JSON object/],
    ['a laptop', /'Request Data \(JSON\)' holds text that is not valid JSON/],
    // By n8n's own check.
    [{ number: 'a' }, /string/],
  ])('is refused when it is %j', async (given, message) => {
    const [answer] = await call(TARGET, [[{ args: { Request_Data__JSON_: given } }]]);
    expect(answer).toEqual({ error: expect.stringMatching(message) as string });
    expect(harness.gateway.calls).toEqual([]);
  });
});

describe('A change whose response is lost is made once', () => {
  const requestOf = async (make: typeof requests) => ({
    request: locator('id', Number((await make(harness, 1))[0]?.id)),
  });
  const DONE = /"output":\[\{"id":/;
  /** Nothing of a Request shows that an event was triggered by this call. */
  const NOT_KNOWN = /not known whether an earlier call has triggered event/;
  const CHANGES: Array<[string, RegExp, () => Promise<INodeParameters>]> = [
    [
      'task complete',
      DONE,
      async () => ({
        task: locator('id', (await startTasks(harness))[0]?.id ?? 0),
        dataMode: 'json',
        jsonData: '{"decision":"yes"}',
        options: { recoveryWindow: 0 },
      }),
    ],
    ['request cancel', DONE, () => requestOf(requests)],
    ['request retry', DONE, () => requestOf(errored)],
    [
      'request triggerEvent',
      NOT_KNOWN,
      async () => ({
        ...(await requestOf(waitingAtEvent)),
        event: locator('id', 'node_4'),
        dataMode: 'json',
        jsonData: '{}',
      }),
    ],
  ];
  const changes = () => harness.gateway.calls.filter(({ method }) => method !== 'GET');

  it.each(CHANGES)('by %s', async (operation, expected, given) => {
    const [resource = '', name = ''] = operation.split(' ');
    const parameters = { resource, operation: name, ...(await given()) };
    harness.gateway.calls = [];
    let lostAt = Infinity;
    // Until the first try has looked for the last time.
    treatFirst(
      async (response, forward) => {
        await resetAfter(response, forward);
        lostAt = Date.now();
      },
      () => lostAt < Infinity && Date.now() < lostAt + 4000,
    );
    const options = { user: 'admin', ...tries(2, 1500) };
    const [answer] = await call(parameters, [[{ args: {} }]], options);
    expect(changes()).toHaveLength(1);
    expect(JSON.stringify(answer)).toMatch(expected);
  });

  it('also when the caller of the tool calls again with the same arguments', async () => {
    const event = { resource: 'request', operation: 'triggerEvent', event: locator('id', 'node_4') };
    const data = { dataMode: 'json', jsonData: '{}' };
    const parameters = { ...event, ...data, ...(await requestOf(waitingAtEvent)) };
    harness.gateway.calls = [];
    treatFirst(resetBefore);
    const answers = await call(parameters, [[{ args: {} }], [{ args: {} }]], { user: 'admin' });
    expect(changes()).toHaveLength(1);
    expect(answers).toEqual([
      { error: expect.any(String) as string },
      { error: expect.stringMatching(NOT_KNOWN) as string },
    ]);
  });

  it('also when the Request could not be read afterwards, and the caller of the tool calls again', async () => {
    const event = { resource: 'request', operation: 'triggerEvent', event: locator('id', 'node_4') };
    const data = { dataMode: 'json', jsonData: '{}' };
    const parameters = { ...event, ...data, ...(await requestOf(waitingAtEvent)) };
    harness.gateway.calls = [];
    const page = respond(200, '<html>Sign in</html>');
    let pages = 1;
    harness.gateway.treat = ({ method }) =>
      method === 'GET' && changes().length > 0 && pages-- > 0 ? page : undefined;
    const answers = await call(parameters, [[{ args: {} }], [{ args: {} }]], { user: 'admin' });
    expect(changes()).toHaveLength(1);
    expect(answers).toEqual([{ error: expect.any(String) as string }, { output: [expect.anything()] }]);
  });

  it('and nothing is called by Upload, to which n8n gives no file there', async () => {
    const parameters = { resource: 'file', operation: 'upload', ...REQUEST_OF_ITEM, ...rows(['data']) };
    const [answer] = await call({ ...parameters, request: locator('id', 1) }, [[{ args: {} }]], tries(2));
    expect(answer).toEqual({
      error: expect.stringMatching(/^The item has no binary field 'data'/) as string,
    });
    expect(harness.gateway.calls).toEqual([]);
  });
});

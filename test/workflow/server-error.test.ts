import { setTimeout as pause } from 'node:timers/promises';
import type { INodeParameters } from 'n8n-workflow';
import { createBpmn } from '../support/bpmn';
import type { Behaviour } from '../support/gateway';
import { respond, thenRespond } from '../support/gateway';
import { editNode, ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import type { StartOptions } from '../support/harness';
import { useHarness } from '../support/harness';

// A 500 is no proof that nothing was started: a gateway may send one while ProcessMaker goes on.
const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
/** The id of a task, which ProcessMaker answers with a 500. */
const NO_START_EVENT = { process: locator('id', 2), startEvent: locator('id', 'node_2') };
const AGAIN = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

const ofGateway = respond(500, { message: 'An unexpected error occurred' });
const ofProcessMaker = respond(500, { message: 'Server Error' });
const inDebugMode = respond(500, {
  message: 'Call to a member function on null',
  exception: 'Error',
  file: '/opt/processmaker/ProcessMaker/Models/Process.php',
  line: 17,
  trace: [{ file: '/opt/processmaker/index.php', line: 5 }],
});

/** Responds at once, while ProcessMaker starts the Request some time later. */
const whileItGoesOn =
  (behaviour: Behaviour, milliseconds: number): Behaviour =>
  async (response, forward) => {
    await behaviour(response, forward);
    await pause(milliseconds);
    await forward();
  };

const treatStarts = (behaviour: Behaviour) => {
  harness.gateway.treat = ({ method }) => (method === 'POST' ? behaviour : undefined);
};
const start = (parameters: INodeParameters, options: StartOptions = {}) =>
  harness.start(parameters, { settings: ERROR_OUTPUT, ...options });
const keyLookUps = () => harness.lookUps().filter(({ path }) => path.includes('_n8n_key'));
const listings = () => harness.lookUps().filter(({ path }) => path.includes('start_processes'));

describe('how long a start is looked for', () => {
  it('finds a start that ProcessMaker makes after a gateway answered with a message, and makes no other', async () => {
    treatStarts(whileItGoesOn(ofGateway, 2_500));
    const run = await start(TARGET, { settings: AGAIN });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
    expect(harness.starts()).toHaveLength(1);
    expect(harness.requests()).toHaveLength(1);
  });

  it('does not send a start again after the 500 of a gateway with which nothing was found', async () => {
    treatStarts(ofGateway);
    const run = await start({ ...TARGET, options: { recoveryWindow: 1 } }, { settings: AGAIN });
    expect(run.error?.message).toMatch(/not known whether an earlier attempt/);
    expect(harness.starts()).toHaveLength(1);
  });

  it.each([
    ['its fixed text', ofProcessMaker],
    ['its form for debugging', inDebugMode],
  ])('finds a start that ProcessMaker itself answered with a 500 in %s', async (_, behaviour) => {
    treatStarts(whileItGoesOn(behaviour, 2_000));
    const run = await start(TARGET);
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
    expect(harness.starts()).toHaveLength(1);
  });

  it.each([
    ['its fixed text', ofProcessMaker],
    ['its form for debugging', inDebugMode],
  ])('looks for some seconds only after a 500 of ProcessMaker itself in %s', async (_, behaviour) => {
    treatStarts(behaviour);
    const began = Date.now();
    const run = await start(TARGET);
    expect(Date.now() - began).toBeGreaterThanOrEqual(3_000);
    expect(Date.now() - began).toBeLessThan(6_000);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown', httpStatus: 500 }]);
    expect(failedItems(run)[0]?.text).toContain(`data._n8n_key = "${String(harness.sentKeys()[0])}"`);
    expect(keyLookUps()).toHaveLength(3);
  });

  it('looks for all starts of a run in few calls after a 500', async () => {
    treatStarts(ofProcessMaker);
    const input = Array.from({ length: 20 }, (_, number) => ({ number }));
    const run = await start({ ...TARGET, options: { requestsInParallel: 20 } }, { input });
    expect(failedItems(run).map(({ outcome }) => outcome)).toEqual(Array(20).fill('unknown'));
    expect(keyLookUps().length).toBeLessThanOrEqual(5);
  });
});

describe('a wrong id in Start Event', () => {
  it('is reported as not started within 6 seconds, and the start events are read once for all items', async () => {
    const input = Array.from({ length: 8 }, (_, number) => ({ number }));
    const began = Date.now();
    const run = await start(NO_START_EVENT, { input, user: 'admin' });
    expect(Date.now() - began).toBeLessThan(6_000);
    expect(failedItems(run)).toMatchObject(input.map(() => ({ outcome: 'notStarted', httpStatus: 500 })));
    expect(failedItems(run)[0]?.text).toMatch(/Process 2 has no start event "node_2".*are: node_1\./s);
    expect(listings()).toHaveLength(1);
    expect(harness.starts()).toHaveLength(8);
  });

  it('is reported as not started with Start Again When Not Found, within 6 seconds', async () => {
    const began = Date.now();
    const options = { startAgainWhenNotFound: true };
    const run = await start({ ...NO_START_EVENT, options }, { user: 'admin' });
    expect(Date.now() - began).toBeLessThan(6_000);
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
    expect(harness.starts()).toHaveLength(1);
  });

  it('is reported as not started after the 500 of a gateway', async () => {
    treatStarts(ofGateway);
    const run = await start({ ...NO_START_EVENT, options: { recoveryWindow: 1 } });
    expect(failedItems(run)).toMatchObject([{ outcome: 'notStarted' }]);
  });

  it('can be corrected before the Retry button is used', async () => {
    const failed = await harness.start(NO_START_EVENT, { user: 'admin' });
    expect(failed.error?.message).toContain('has no start event');
    editNode(failed, TARGET);
    const run = await harness.engine.retry(failed, { credentials: harness.credentials('admin') });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
    expect(harness.requests()).toHaveLength(1);
  });
});

describe('an id in Start Event of which nothing is proved', () => {
  it('leaves a start unknown whose process the user may not start by hand', async () => {
    const { id } = await harness.server.addProcess({
      name: 'Not listed',
      status: 'INACTIVE',
      bpmn: createBpmn([{ id: 'by_person', name: 'On demand', userId: 3 }]),
    });
    treatStarts(ofProcessMaker);
    const run = await start({ process: locator('id', id), startEvent: locator('id', 'node_2') });
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    expect(listings()).toHaveLength(1);
  });

  it('leaves a start unknown whose start event only others may trigger', async () => {
    treatStarts(ofProcessMaker);
    const run = await start({ process: locator('id', 3), startEvent: locator('id', 'node_9') });
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('leaves a start unknown when the start events cannot be read', async () => {
    harness.gateway.treat = ({ method, path }) => {
      if (path.includes('start_processes')) return respond(403, { message: 'This action is unauthorized.' });
      return method === 'POST' ? ofProcessMaker : undefined;
    };
    const run = await start(NO_START_EVENT);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  });
});

describe('Start Again When Not Found after a 500', () => {
  const options = { startAgainWhenNotFound: true, recoveryWindow: 5 };

  it('sends a start twice at most after a 500 of ProcessMaker itself, the second time after the whole window', async () => {
    const times: number[] = [];
    harness.gateway.treat = ({ method }) => {
      if (method === 'POST') times.push(Date.now());
      return method === 'POST' ? ofProcessMaker : undefined;
    };
    const run = await start({ ...TARGET, options });
    const [first = 0, second = 0] = times;
    expect(times).toHaveLength(2);
    expect(second - first).toBeGreaterThanOrEqual(5_000);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  });

  it.each([
    ['before', (turn: number) => (turn === 1 ? ofProcessMaker : ofGateway)],
    ['after', (turn: number) => (turn === 2 ? ofProcessMaker : ofGateway)],
  ])(
    'sends a start twice at most when a 500 of ProcessMaker itself comes %s that of a gateway',
    async (_, of) => {
      let turn = 0;
      harness.gateway.treat = ({ method }) => (method === 'POST' ? of(++turn) : undefined);
      const run = await start({ ...TARGET, options: { ...options, recoveryWindow: 1 } });
      expect(harness.starts()).toHaveLength(2);
      expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
    },
  );

  it('does not send a start again that appears late in the window after a 500 of ProcessMaker itself', async () => {
    treatStarts(whileItGoesOn(ofProcessMaker, 4_000));
    const run = await start({ ...TARGET, options });
    expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
    expect(harness.starts()).toHaveLength(1);
    expect(harness.requests()).toHaveLength(1);
  });

  it('sends a start again after the 500 of a gateway once the window has passed', async () => {
    let starts = 0;
    harness.gateway.treat = ({ method }) => (method === 'POST' && ++starts === 1 ? ofGateway : undefined);
    const run = await start({ ...TARGET, options: { ...options, recoveryWindow: 2 } });
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(harness.starts()).toHaveLength(2);
    expect(harness.requests()).toHaveLength(1);
  });
});

it('finds a start that was made although its response is a 500 of ProcessMaker itself', async () => {
  treatStarts(thenRespond(ofProcessMaker));
  const began = Date.now();
  const run = await start(TARGET);
  expect(run.items('ProcessMaker')).toMatchObject([{ status: 'ACTIVE' }]);
  expect(Date.now() - began).toBeLessThan(1_000);
});

import type { INodeParameters, IWorkflowBase } from 'n8n-workflow';
import { respond } from '../support/gateway';
import { killAt } from '../support/kill';
import type { Run } from '../support/run';
import { createWorkflow, locator, loopWorkflow, PROCESS_MAKER, type NodeInput } from '../support/workflows';
import { useHarness } from '../support/harness';
import { itWith } from '../support/features';

const it = itWith('a resume token');

// A start belongs to an iteration of the loop. After a crash of n8n, its item can come back in another one.
const harness = useHarness();

const TARGET = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const options = { requestsInParallel: 1, recoveryWindow: 0, includeData: true };
const itemsOf = (...numbers: string[]) => numbers.map((number) => ({ number }));
const busy = respond(429, { message: 'Too Many Attempts.' });

const LATER = { ...TARGET, process: locator('id', 4), options };

const loop = () => loopWorkflow({ ...TARGET, options });
/** A loop with another node after the starts. */
const loopOf = (later: NodeInput) =>
  createWorkflow(
    [
      { name: 'Start', type: 'test.start' },
      { name: 'Loop', type: 'test.loop' },
      { name: 'ProcessMaker', type: PROCESS_MAKER, parameters: { ...TARGET, options } },
      later,
    ],
    [
      ['Start', 'Loop'],
      ['Loop', 'ProcessMaker', 1],
      ['ProcessMaker', later.name],
      [later.name, 'Loop'],
    ],
  );
const waitingLoop = (after: string) => loopOf({ name: 'Wait', type: 'test.wait', parameters: { after } });

/** The parameters of a node, to be changed between two executions. */
function parametersOf(workflow: IWorkflowBase, name: string): INodeParameters {
  const node = workflow.nodes.find((candidate) => candidate.name === name);
  if (!node) throw new Error(`There is no node ${name}.`);
  return node.parameters;
}

const kill = (workflow: IWorkflowBase, at: string, input: unknown[]) =>
  killAt(harness, at, (signal) => harness.run(workflow, { input, signal }));
const retry = (run: Run) => harness.engine.retry(run, { credentials: harness.credentials() });
const resume = (run: Run, signal?: AbortSignal) =>
  harness.engine.resume(run, { credentials: harness.credentials(), ...(signal && { signal }) });

const sent = () => harness.sent().map(({ number }) => number);
const ids = () => harness.requests().map(({ id }) => id);
/** The id of the Request that each iteration returned. */
const idsByIteration = (run: Run) =>
  run.tasks('ProcessMaker').map((_, iteration) => run.items('ProcessMaker', 0, iteration)[0]?.id);

describe('the Retry button after a crash in a loop', () => {
  it('continues with the third iteration of a loop after a crash in it', async () => {
    const input = itemsOf('same', 'same', 'c', 'd');
    const killed = await kill(loop(), 'c', input);
    expect(harness.numbers()).toEqual(['same', 'same', 'c']);
    const run = await harness.retryAfterCrash(killed, input);
    expect(run.status).toBe('success');
    expect(harness.numbers()).toEqual(['same', 'same', 'c', 'd']);
    expect(sent()).toEqual(['same', 'same', 'c', 'd']);
    expect(harness.sentKeys().map((key) => String(key).split('.')[1])).toEqual(['0', '1', '2', '3']);
  });

  it('finds the Request of an item that comes back in another iteration after a crash', async () => {
    const killed = await kill(loop(), 'c', itemsOf('a', 'b', 'c', 'd'));
    const run = await harness.retryAfterCrash(killed, itemsOf('c', 'a', 'b', 'd'));
    const [a, b, c, d] = ids();
    expect(idsByIteration(run)).toEqual([undefined, c, a, b, d]);
    expect(sent()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('gives a Request that is found in another iteration to one item only', async () => {
    const killed = await kill(loop(), 'same', itemsOf('a', 'same'));
    const run = await harness.retryAfterCrash(killed, itemsOf('same', 'same', 'a'));
    const [a, same, another] = ids();
    expect(idsByIteration(run)).toEqual([undefined, same, another, a]);
    expect(sent()).toEqual(['a', 'same', 'same']);
  });

  it('counts the recovery window from the use of the Retry button, not again in each iteration', async () => {
    const workflow = loopWorkflow({ ...TARGET, options: { ...options, recoveryWindow: 1 } });
    const killed = await killAt(
      harness,
      'a',
      (signal) => harness.run(workflow, { input: itemsOf('a', 'b', 'c'), signal }),
      false,
    );
    const run = await harness.retryAfterCrash(killed, itemsOf('a', 'b', 'c'));
    expect(run.status).toBe('success');
    expect(harness.numbers()).toEqual(['a', 'b', 'c']);
    // Only the first iteration looks a second time; by then the window has passed.
    expect(harness.gateway.calls.map(({ method }) => method).slice(1)).toEqual([
      'GET',
      'GET',
      'POST',
      'GET',
      'POST',
      'GET',
      'POST',
    ]);
  });

  it('finds a Request again when the iteration that its item came back in is repeated', async () => {
    const workflow = loop();
    const killed = await kill(workflow, 'b', itemsOf('a', 'b'));
    parametersOf(workflow, 'Loop').batchSize = 3;
    harness.treatOnce('c', busy);
    const failed = await harness.retryAfterCrash(killed, itemsOf('b', 'a', 'c'));
    expect(failed.error?.message).toContain('item 2');
    const run = await retry(failed);
    const [a, b, c] = ids();
    expect(run.items('ProcessMaker').map(({ id }) => id)).toEqual([b, a, c]);
    expect(sent()).toEqual(['a', 'b', 'c', 'c']);
  });
});

// n8n saves the node's context with the execution at a Wait node. After a crash it is that of an earlier iteration.
describe('the Retry button after a crash that follows a Wait node in the loop', () => {
  it.each([
    ['a start that arrived', true, ['same', 'same', 'b']],
    ['a lost start', false, ['same', 'same', 'same', 'b']],
  ])('starts items once after a wait and a crash in a loop with %s', async (_, begun, expected) => {
    const waiting = await harness.run(waitingLoop('same'), { input: itemsOf('same', 'same', 'b') });
    expect(waiting.status).toBe('waiting');
    await killAt(harness, 'same', (signal) => resume(waiting, signal), begun);
    const waitingAgain = await retry(waiting);
    expect(waitingAgain.status).toBe('waiting');
    const run = await resume(waitingAgain);
    expect(run.status).toBe('success');
    expect(idsByIteration(run)).toEqual(ids());
    expect(sent()).toEqual(expected);
    expect(harness.numbers()).toEqual(['same', 'same', 'b']);
  });

  it('finds the Requests of all iterations after two crashes and a Wait node', async () => {
    const workflow = waitingLoop('');
    const killed = await kill(workflow, 'c', itemsOf('a', 'b', 'c', 'd'));
    parametersOf(workflow, 'Wait').after = 'c';
    const waiting = await harness.retryAfterCrash(killed, itemsOf('b', 'c', 'a', 'd'));
    expect(waiting.status).toBe('waiting');
    await killAt(harness, 'd', (signal) => resume(waiting, signal));
    const run = await retry(waiting);
    const [a, b, c, d] = ids();
    expect(idsByIteration(run)).toEqual([undefined, b, c, a, d]);
    expect(sent()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('the Retry button after a later node of the loop has failed', () => {
  it('starts the next item after a later node of the loop has failed, even when it has the same data', async () => {
    const workflow = loopOf({ name: 'Later', type: PROCESS_MAKER, parameters: LATER });
    harness.gateway.treat = ({ path }) =>
      path.includes('process_events/4') && harness.starts().length === 2 ? busy : undefined;
    const failed = await harness.run(workflow, { input: itemsOf('same', 'same') });
    expect(failed.data.resultData.lastNodeExecuted).toBe('Later');
    const run = await retry(failed);
    expect(run.status).toBe('success');
    const started = harness.requests().filter(({ processId }) => processId === 2);
    expect(started).toHaveLength(2);
    expect(idsByIteration(run)).toEqual(started.map(({ id }) => id));
  });
});

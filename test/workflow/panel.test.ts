import type { INodeParameters, INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';
import { temporaryNode } from '../support/editor';
import { useHarness } from '../support/harness';
import { shownParameters } from '../support/tool';
import { PROCESS_MAKER } from '../support/workflows';

const harness = useHarness();

/** What the panel says while the execution sleeps, as the editor finds it. */
function tooltip(parameters: INodeParameters): unknown {
  const { nodeTypes } = harness.engine;
  const node = temporaryNode(PROCESS_MAKER, {}, parameters);
  const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
  const { waitingNodeTooltip } = nodeTypes.getByName(PROCESS_MAKER).description;
  return workflow.expression.getSimpleParameterValue(node, waitingNodeTooltip, 'internal', {});
}

/** Whether the editor shows an option of a list in the panel of a node of this type. */
function isShown(option: INodePropertyOptions, type: string): boolean {
  const { description } = harness.engine.nodeTypes.getByName(PROCESS_MAKER);
  return NodeHelpers.displayParameter({}, option, null, { ...description, name: type });
}

const optionsIn = (property?: INodeProperties) => (property?.options ?? []) as INodePropertyOptions[];

const WHO_WAKES = ". Only a second workflow, with 'Wake Waiting Workflow', can wake this one";

it.each(['start', 'wait'])(
  'names in the panel of a node that sleeps in %s what it waits for, and for how long',
  (operation) => {
    const waiting = { resource: 'request', operation, waitFor: 'callback' };
    expect(tooltip(waiting)).toBe(
      "Waiting until the process calls the URL in the variable '_n8n_resume_url' of its Request",
    );
    const limited = { limitWaitTime: true, resumeAmount: 3, resumeUnit: 'days' };
    expect(tooltip({ ...waiting, callbackVariable: 'reply_to', ...limited })).toBe(
      "Waiting until the process calls the URL in the variable 'reply_to' of its Request, for 3 days at most",
    );
    const untilEnd = { ...waiting, waitFor: 'requestEnded' };
    expect(tooltip(untilEnd)).toBe(`Waiting until the Request has ended${WHO_WAKES}`);
    expect(tooltip({ ...untilEnd, ...limited })).toBe(
      `Waiting until the Request has ended, for 3 days at most${WHO_WAKES}`,
    );
  },
);

it('says in the panel of a node that sleeps for a decision that a person has to decide', () => {
  expect(tooltip({ resource: 'request', operation: 'sendAndWait' })).toBe(
    `Waiting until a person has decided in ProcessMaker${WHO_WAKES}`,
  );
});

it.each([
  ['42', 'Request 42'],
  ['={{ $json.id }}', 'the Request'],
  ['={{ $("Elsewhere").first().json.id }}', 'the Request'],
])(
  'names in the panel of a node that sleeps the Request %s, where the panel holds its ID',
  (value, named) => {
    const waiting = { resource: 'request', operation: 'wait', waitFor: 'requestEnded' };
    const request = { __rl: true, mode: 'id', value };
    expect(tooltip({ ...waiting, request })).toBe(`Waiting until ${named} has ended${WHO_WAKES}`);
  },
);

it.each([
  [{ operation: 'start', waitFor: 'requestEnded' }, true],
  [{ operation: 'wait', waitFor: 'requestEnded' }, true],
  [{ operation: 'sendAndWait' }, true],
  [{ operation: 'start', waitFor: 'callback' }, false],
  [{ operation: 'wait', waitFor: 'finish' }, false],
])('says in the panel of %j that a second workflow has to wake it: %s', (parameters, isSaid) => {
  const shown = shownParameters(harness.engine, 'processMaker', { resource: 'request', ...parameters });
  const notices = shown.filter(({ type }) => type === 'notice').map(({ displayName }) => displayName);
  expect(notices.some((text) => text.includes("a second workflow with 'Wake Waiting Workflow'"))).toBe(
    isSaid,
  );
});

it('says first, where it is chosen, what sleeping needs: lists cut a description after two lines', () => {
  const [waitFor] = shownParameters(harness.engine, 'processMaker', { operation: 'wait' }).filter(
    ({ name }) => name === 'waitFor',
  );
  const { description } = optionsIn(waitFor).find(({ value }) => value === 'requestEnded') ?? {};
  expect(description).toMatch(/^Needs a second workflow with 'Wake Waiting Workflow'/);
});

it.each([
  ['processMaker', true],
  ['processMakerTool', false],
])('offers in the panel of %s what sleeps, and what wakes: %s', (type, isOffered) => {
  const shown = (parameters: INodeParameters, name: string) =>
    shownParameters(harness.engine, type, parameters).find((one) => one.name === name);
  const offered = (parameters: INodeParameters, name: string) =>
    optionsIn(shown(parameters, name))
      .filter((option) => isShown(option, type))
      .map(({ value }) => value);
  for (const operation of ['start', 'wait']) {
    const ways = offered({ resource: 'request', operation }, 'waitFor');
    expect(ways).toEqual(expect.arrayContaining(['finish', 'task']));
    for (const way of ['requestEnded', 'callback']) expect(ways.includes(way)).toBe(isOffered);
  }
  const operations = offered({ resource: 'request' }, 'operation');
  expect(operations).toContain('start');
  expect(operations.includes('wake')).toBe(isOffered);
});

it.each([
  ['processMakerHitlTool', true],
  ['processMaker', false],
])("says in the panel of %s that n8n's own message is to be replaced: %s", (type, isSaid) => {
  const parameters = { resource: 'request', operation: 'sendAndWait' };
  const notice = shownParameters(harness.engine, type, parameters).find(
    ({ name }) => name === 'messageNotice',
  );
  expect(notice?.displayName.startsWith('Replace the Message: ') ?? false).toBe(isSaid);
});

it("offers 'Return Requests in Error' only where it has an effect: not when a Task is waited for", () => {
  const offered = (operation: string) =>
    ['finish', 'requestEnded', 'callback', 'task'].filter((waitFor) =>
      shownParameters(harness.engine, 'processMaker', { operation, waitFor }, 'options').some(
        ({ name }) => name === 'returnErroredRequests',
      ),
    );
  // A Request may be in ERROR right after its start.
  expect(offered('start')).toEqual(['finish', 'requestEnded', 'callback']);
  expect(offered('wait')).toEqual(['finish', 'callback']);
});

it('says in the panel who may see the Tasks of others: whoever has the permission for all Requests', () => {
  const shown = shownParameters(harness.engine, 'processMaker', { resource: 'task', operation: 'getAll' });
  const { description } = shown.find(({ name }) => name === 'assignedTo') ?? {};
  expect(description).toMatch(/view-all_requests/);
  expect(description).not.toMatch(/only shown to administrators/);
});

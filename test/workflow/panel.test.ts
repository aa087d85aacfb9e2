import type { INodeParameters } from 'n8n-workflow';
import { Workflow } from 'n8n-workflow';
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
    expect(tooltip(untilEnd)).toBe('Waiting until the Request has ended');
    expect(tooltip({ ...untilEnd, ...limited })).toBe(
      'Waiting until the Request has ended, for 3 days at most',
    );
  },
);

it('says in the panel of a node that sleeps for a decision that a person has to decide', () => {
  expect(tooltip({ resource: 'request', operation: 'sendAndWait' })).toBe(
    'Waiting until a person has decided in ProcessMaker',
  );
});

it.each([
  ['processMakerHitlTool', true],
  ['processMaker', false],
])("says in the panel of %s that n8n's own message is to be replaced: %s", (type, isSaid) => {
  const parameters = { resource: 'request', operation: 'sendAndWait' };
  const notice = shownParameters(harness.engine, type, parameters).find(
    ({ type: kind }) => kind === 'notice',
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

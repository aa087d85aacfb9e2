import type { INodeParameters, ResourceMapperField } from 'n8n-workflow';
import { mapped, mappedAutomatically } from '../support/form';
import { respond, resetBefore } from '../support/gateway';
import { answerOf, callTool, shownParameters, TOOL_TYPES } from '../support/tool';
import { locator } from '../support/workflows';
import { itWith, itWithout } from '../support/features';
import { useHarness } from '../support/harness';

const harness = useHarness();

const FORM_FIELD: ResourceMapperField = {
  id: 'item',
  displayName: 'Item',
  type: 'string',
  required: true,
  defaultMatch: false,
  display: true,
};

/** An agent that calls Start of one process as a tool. */
const callStart = (parameters: INodeParameters, input?: INodeParameters) =>
  callTool(harness, { process: locator('id', 2), startEvent: locator('id', 'node_1'), ...parameters }, input);

const itAnswersAgent = itWith('the answer of a failing tool to its agent');

itAnswersAgent(
  'tells the agent not to call again when it is unknown whether a Request was started',
  async () => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const run = await callStart({ dataMode: 'json', jsonData: '{}', options: { recoveryWindow: 0 } });
    expect(answerOf(run)).toMatch(/Do not call again with the same input/);
    expect(run.tasks('Tool')).toHaveLength(1);
  },
);

itAnswersAgent(
  'tells the agent not to call again when the wait for a started Request timed out',
  async () => {
    const parameters = { dataMode: 'json', jsonData: '{}', waitFor: 'finish', options: { timeLimit: 1 } };
    const run = await callStart(parameters);
    const id = harness.requests()[0]?.id;
    expect(answerOf(run)).toContain(
      `Do not call again with the same input, since Request ${id} was started for it: Request ${id} was still ACTIVE`,
    );
  },
);

itAnswersAgent('lets the agent call again when nothing was started', async () => {
  harness.gateway.treat = () => respond(403, { message: 'This action is unauthorized.' });
  const run = await callStart({ dataMode: 'json', jsonData: '{}' });
  expect(answerOf(run)).toMatch(/may not start/);
  expect(answerOf(run)).not.toMatch(/Do not call again/);
});

itAnswersAgent(
  'refuses Map Automatically in a tool, since it would send the fields of its caller',
  async () => {
    const run = await callStart({ dataMode: 'autoMapInputData' });
    expect(answerOf(run)).toMatch(/'Request Data' cannot be 'Map Automatically' in a tool/);
    expect(harness.gateway.calls).toEqual([]);
  },
);

itAnswersAgent.each([
  ['json', '[1]', "'Request Data (JSON)' holds a list and not a JSON object"],
  ['fromModel', ' ', "'Request Data (JSON)' is empty"],
])('names the field as the panel of a tool does, with %s and %j', async (dataMode, jsonData, message) => {
  const run = await callStart({ dataMode, jsonData });
  expect(answerOf(run)).toContain(message);
  expect(harness.gateway.calls).toEqual([]);
});

itAnswersAgent('names no way to give data that the panel of a tool does not show', async () => {
  const run = await callStart({ dataMode: 'unknown' });
  expect(answerOf(run)).toMatch(/'Request Data' is .{1,3}unknown.{1,3}, which is not a valid option/);
  expect(answerOf(run)).not.toMatch(/Map Automatically/);
  const empty = await callStart({ dataMode: 'defineBelow', fields: { assignments: [] } });
  expect(answerOf(empty)).toMatch(/No field is given in 'Fields to Send'/);
  expect(answerOf(empty)).not.toMatch(/empty item/);
});

itAnswersAgent('refuses to map the fields of a form automatically in a tool', async () => {
  const run = await callStart(mappedAutomatically({ fields: [FORM_FIELD] }));
  expect(answerOf(run)).toMatch(/'Mapping Column Mode' cannot be 'Map Automatically' in a tool/);
  expect(harness.gateway.calls).toEqual([]);
});

it.each<[string, INodeParameters, Record<string, string>]>([
  [
    'Define Below',
    {
      dataMode: 'defineBelow',
      fields: { assignments: [{ id: '1', name: 'item', value: '={{ $json.query }}', type: 'string' }] },
    },
    { item: 'a laptop' },
  ],
  ['Map From Form', mapped({ fields: [FORM_FIELD] }, { item: '={{ $json.query }}' }), { item: 'a laptop' }],
  ['JSON', { dataMode: 'json', jsonData: '={{ { item: $json.query } }}' }, { item: 'a laptop' }],
])('starts a Request for an AI agent with %s', async (_, parameters, data) => {
  const run = await callStart(parameters);
  expect(harness.requests()).toMatchObject([{ processId: 2, data }]);
  expect(answerOf(run)).toContain(String(harness.requests()[0]?.id));
});

const MODEL_DATA = { Request_Data__JSON_: { item: 'a laptop' } };

it("starts a Request with the model's data when nothing but the process of a tool is chosen", async () => {
  const run = await callStart({}, MODEL_DATA);
  expect(harness.requests()).toMatchObject([{ processId: 2, data: { item: 'a laptop' } }]);
  expect(answerOf(run)).toContain(String(harness.requests()[0]?.id));
});

it("keeps starting Requests without data in a saved tool whose 'JSON' was left as it is", async () => {
  await callStart({ dataMode: 'json' }, MODEL_DATA);
  expect(harness.sentTexts()).toEqual([expect.not.stringContaining('laptop')]);
});

it.each(TOOL_TYPES)(
  'offers in the panel of the type %s only the ways to give data that work there',
  (nodeType) => {
    const shown = shownParameters(harness.engine, nodeType, { operation: 'start' });
    const [mode, ...others] = shown.filter(({ name }) => name === 'dataMode');
    expect(others).toEqual([]);
    expect(mode?.options).not.toContainEqual(expect.objectContaining({ value: 'autoMapInputData' }));
    expect(mode?.options).toContainEqual(expect.objectContaining({ value: mode?.default }));
    expect(shown.filter(({ name }) => name === 'process')).toMatchObject([{ default: { mode: 'name' } }]);
    for (const dataMode of ['fromModel', 'json']) {
      const fields = shownParameters(harness.engine, nodeType, { operation: 'start', dataMode });
      expect(fields.filter(({ name }) => name === 'jsonData')).toMatchObject([
        { displayName: 'Request Data (JSON)', description: expect.stringMatching(/variables/) as string },
      ]);
    }
  },
);

it('keeps the ways to give data in the panel of a node', () => {
  const shown = shownParameters(harness.engine, 'processMaker', { operation: 'start' });
  expect(shown.filter(({ name }) => name === 'dataMode')).toMatchObject([{ default: 'autoMapInputData' }]);
  expect(shown.filter(({ name }) => name === 'process')).toMatchObject([{ default: { mode: 'list' } }]);
  const json = shownParameters(harness.engine, 'processMaker', { operation: 'start', dataMode: 'json' });
  expect(json.filter(({ name }) => name === 'jsonData')).toMatchObject([{ displayName: 'JSON' }]);
});

itWithout('the answer of a failing tool to its agent')(
  'ends the execution when it is unknown whether an AI tool has started a Request, and says not to call again',
  async () => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const run = await callStart({ dataMode: 'json', jsonData: '{}', options: { recoveryWindow: 0 } });
    expect(run.status).toBe('error');
    expect(`${run.error?.message} ${run.error?.description}`).toMatch(
      /Do not call again with the same input/,
    );
    expect(harness.starts()).toHaveLength(1);
  },
);

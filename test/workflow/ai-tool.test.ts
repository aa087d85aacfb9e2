import type { IDataObject, INodeParameters, ResourceMapperField } from 'n8n-workflow';
import { mapped, mappedAutomatically } from '../support/form';
import { type Behaviour, pass, respond, resetBefore } from '../support/gateway';
import { answerOf, answersOf, callTool, callToolInTurns, shownParameters, TOOL_TYPES } from '../support/tool';
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

/** n8n tells it to the model in any version, and does not end the execution. */
const CONTINUES = { settings: { onError: 'continueRegularOutput' as const } };

/** The calls of an agent that starts a Request, with the data that the model gives. */
const callTurns = async (turns: IDataObject[][], options: IDataObject = {}, { settings } = CONTINUES) => {
  const target = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
  const parameters = { ...target, dataMode: 'fromModel', options: { recoveryWindow: 0, ...options } };
  const calls = turns.map((turn) => turn.map((data) => ({ Request_Data__JSON_: JSON.stringify(data) })));
  const run = await callToolInTurns(harness, parameters, calls, { settings });
  return answersOf(run);
};

/** The first start has no response, and reaches ProcessMaker just before this look-up. */
function startLate(lookUp: number): void {
  let late: (() => Promise<unknown>) | undefined;
  const lose: Behaviour = (response, forward) => {
    late = forward;
    response.destroy();
    return Promise.resolve();
  };
  harness.gateway.treat = ({ method }) => {
    if (method !== 'GET') return harness.starts().length === 1 ? lose : undefined;
    if (harness.lookUps().length !== lookUp) return undefined;
    return async (response, forward) => {
      await late?.();
      await pass(response, forward);
    };
  };
}

const UNKNOWN = expect.stringMatching(/Do not call again with the same input/) as string;
const started = (place: number) =>
  expect.stringContaining(`"id":${harness.requests()[place]?.id},`) as string;

describe('A second call with the same arguments', () => {
  it('is a new start', async () => {
    const answers = await callTurns([[{ number: 'a' }], [{ number: 'a' }]]);
    expect(answers).toEqual([started(0), started(1)]);
    expect(new Set(harness.sentKeys()).size).toBe(2);
  });

  it('stays unknown after one that has ended unknown, and sends nothing', async () => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const one = { a: 1, b: { x: 1, y: 2 } };
    const answers = await callTurns([[one], [one], [{ b: { y: 2, x: 1 }, a: 1 }, one]]);
    expect(answers).toEqual([UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]);
    expect(answers[1]).toContain('not known whether an earlier attempt started a Request');
    expect(harness.starts()).toHaveLength(1);
  });

  it('gives the Request of one that has ended unknown when that is found, and is a new start then', async () => {
    startLate(2);
    const answers = await callTurns([[{ number: 'a' }], [{ number: 'a' }], [{ number: 'a' }]]);
    expect(answers).toEqual([UNKNOWN, started(0), started(1)]);
    expect(harness.starts()).toHaveLength(2);
    expect(new Set(harness.sentKeys()).size).toBe(2);
  });

  it('looks for that one also after calls with other arguments, which are new starts', async () => {
    harness.treatOnce('a', resetBefore);
    const answers = await callTurns([
      [{ number: 'a' }, { number: 'b' }],
      [{ number: 'c' }],
      [{ number: 'a' }],
    ]);
    expect(answers).toEqual([UNKNOWN, started(0), started(1), UNKNOWN]);
    expect(harness.numbers()).toEqual(['b', 'c']);
    expect(new Set(harness.sentKeys()).size).toBe(3);
  });

  it('looks for each of several that have ended unknown', async () => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const both = [{ number: 'a' }, { number: 'b' }];
    const answers = await callTurns([both, both]);
    expect(answers).toEqual([UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]);
    expect(harness.starts()).toHaveLength(2);
  });

  itAnswersAgent('is tried by Retry On Fail as one call, and the next one looks for it', async () => {
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
    const answers = await callTurns([[{ number: 'a' }], [{ number: 'a' }]], {}, { settings } as never);
    expect(answers).toEqual([UNKNOWN, UNKNOWN]);
    expect(harness.starts()).toHaveLength(1);
  });

  it('is sent again when the node may do so', async () => {
    harness.treatOnce('a', resetBefore);
    const answers = await callTurns([[{ number: 'a' }], [{ number: 'a' }]]);
    expect(answers).toEqual([UNKNOWN, UNKNOWN]);
    harness.gateway.calls = [];
    harness.treatOnce('a', resetBefore);
    const again = await callTurns([[{ number: 'a' }], [{ number: 'a' }]], { startAgainWhenNotFound: true });
    expect(again.at(-1)).toEqual(started(harness.requests().length - 1));
  });
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

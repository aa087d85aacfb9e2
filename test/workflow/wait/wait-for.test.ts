import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const FORM = { process: locator('id', 2), startEvent: locator('id', 'node_1') };
const WAIT = { resource: 'request', operation: 'wait', request: locator('id', '={{ $json.requestId }}') };
const VALUES =
  "finish ('Request to Finish'), requestEnded ('Request to Finish, Sleeping'), task ('Task to Appear'), callback ('Callback')";

it.each(['finished', '', '={{ $json.way }}', '={{ undefined }}'])(
  'starts nothing when a Start waits for "%s", which is not a valid option',
  async (waitFor) => {
    const run = await harness.start({ ...FORM, waitFor }, { input: [{ way: 'Request to Finish' }] });
    expect(run.status).toBe('error');
    expect(run.error).toMatchObject({
      message: expect.stringMatching(
        /^'Wait For' holds ".*", which is not a valid option \[item 0\]$/,
      ) as string,
      description: expect.stringContaining(`nothing ('Nothing'), ${VALUES}`) as string,
      context: { itemIndex: 0 },
    });
    expect(harness.gateway.calls).toEqual([]);
  },
);

it.each(['finished', 'nothing', '={{ $json.way }}'])(
  'reads nothing when a Wait waits for "%s", which is not a valid option',
  async (waitFor) => {
    const run = await harness.start({ ...WAIT, waitFor }, { input: [{ requestId: 1, way: 7 }] });
    expect(run.error).toMatchObject({
      message: expect.stringMatching(
        /^'Wait For' holds ".*", which is not a valid option \[item 0\]$/,
      ) as string,
      description: expect.stringContaining(`from its list: ${VALUES}.`) as string,
    });
    expect(harness.gateway.calls).toEqual([]);
  },
);

it("fails each item, and starts nothing, when 'Wait For' is invalid and the node may continue", async () => {
  const parameters = { ...FORM, waitFor: 'soon' };
  const run = await harness.start(parameters, { input: [{}, {}], settings: ERROR_OUTPUT });
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('[item 0]') as string, outcome: 'notStarted' },
    { text: expect.stringContaining('[item 1]') as string, outcome: 'notStarted' },
  ]);
  expect(harness.gateway.calls).toEqual([]);
});

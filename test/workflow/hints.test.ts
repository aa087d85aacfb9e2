import type { INodeParameters } from 'n8n-workflow';
import { holdUntil } from '../support/gateway';
import { locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const TARGET = { process: locator('id', 4), startEvent: locator('id', 'node_1') };

async function hintsOf(input: unknown[], parameters: INodeParameters = {}): Promise<string[]> {
  const run = await harness.start({ ...TARGET, ...parameters }, { input });
  return run.hints('ProcessMaker');
}

it('names only the item whose field is not sent in a hint, where it is the only one', async () => {
  expect(await hintsOf([{ _user: 1, a: 1 }, { a: 2 }])).toEqual([
    "Field '_user' is not sent, since ProcessMaker sets it itself in every Request (item 0).",
  ]);
});

it('names all items whose field is not sent in one hint', async () => {
  const input = [{ _user: 1, a: 1 }, { _user: 1, a: 2 }, { a: 3 }, { _user: 1, a: 4 }];
  expect(await hintsOf(input, { options: { requestsInParallel: 1 } })).toEqual([
    expect.stringMatching(/every Request \(items 0 to 1, 3\)\.$/),
  ]);
});

it('tells a text of nothing but spaces from an empty one in the hint that it becomes null', async () => {
  expect(await hintsOf([{ a: '  ' }])).toEqual([
    expect.stringContaining("a text of nothing but spaces becomes null (field 'a' of item 0)"),
  ]);
  expect(await hintsOf([{ a: '' }])).toEqual([
    expect.stringContaining("an empty text becomes null (field 'a' of item 0)"),
  ]);
});

it('gives a hint about an expression without a value in Define Below', async () => {
  const fields = { assignments: [{ id: '1', name: 'order', value: '={{ $json.missing }}', type: 'string' }] };
  expect(await hintsOf([{ a: 1 }], { dataMode: 'defineBelow', fields })).toEqual([
    "Field 'order' in 'Fields to Send' has an expression without a value, and is sent as null (item 0).",
  ]);
});

it('gives a hint that a Request has no data when Map Automatically gets an empty item', async () => {
  expect(await hintsOf([{}])).toEqual([
    "An item without fields gives a Request without data. To give data, choose another way in 'Request Data'.",
  ]);
});

it('says the same sentence about several items once when the run stops', async () => {
  const run = await harness.start(TARGET, { input: Array.from({ length: 12 }, () => ({ _parent: 1 })) });
  const { message, description } = run.error as unknown as Record<'message' | 'description', string>;
  expect(message).toContain("'_parent'");
  expect(description).toContain('Also items 1 to 11.');
  expect(description).not.toContain('_parent');
});

it('names the items of each other sentence when the run stops', async () => {
  const input = [{ _parent: 1 }, { _method: 'PUT' }, { _method: 'PUT' }, { a: 1 / 0 }];
  const run = await harness.start(TARGET, { input });
  expect(run.error).toHaveProperty(
    'description',
    expect.stringMatching(/Also: .*_method.* \[items 1 to 2\]\. Also: .* \[item 3\]\./),
  );
});

it('says how many Requests existed already, and that none of them was started again', async () => {
  const options = { idempotencyKey: '={{ "hint " + $json.number }}' };
  await hintsOf([{ number: 1 }, { number: 2 }], { options });
  const hints = await hintsOf([{ number: 1 }, { number: 2 }, { number: 3 }], { options });
  expect(hints).toEqual(['2 of 3 Requests existed already, and none of them was started again.']);
  expect(await hintsOf([{ number: 1 }], { options })).toEqual([
    'The Request existed already, and was not started again.',
  ]);
});

it('shows alreadyStarted beside the id of a Request that existed already', async () => {
  const parameters = { ...TARGET, options: { idempotencyKey: 'columns' } };
  await harness.start(parameters);
  const [item = {}] = (await harness.start(parameters)).items('ProcessMaker');
  expect(Object.keys(item).slice(0, 2)).toEqual(['id', 'alreadyStarted']);
});

describe('the order of Requests that are started several at a time', () => {
  /** The start of the first item arrives after that of the second. */
  function holdFirstStart(): void {
    let starts = 0;
    harness.gateway.treat = ({ method }) =>
      method === 'POST' && starts++ === 0 ? holdUntil(harness.gateway, 2) : undefined;
  }

  it('says that the Requests did not get their IDs in the order of the items', async () => {
    holdFirstStart();
    expect(await hintsOf([{ number: 1 }, { number: 2 }])).toEqual([
      expect.stringContaining("set the option 'Requests in Parallel' to 1"),
    ]);
  });

  it('says nothing of the order where it is that of the items', async () => {
    holdFirstStart();
    const options = { requestsInParallel: 1 };
    expect(await hintsOf([{ number: 1 }, { number: 2 }], { options })).toEqual([]);
  });
});

import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { givenFile, REQUEST_OF_ITEM, startedRequests } from '../../support/files';
import { respond } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const getMany = (parameters: INodeParameters, input: IDataObject[], user: User = 'limited') =>
  harness.perform(
    'file getAll',
    { ...REQUEST_OF_ITEM, ...parameters },
    { input, user, settings: ERROR_OUTPUT },
  );

/** A Request with three files. */
async function withFiles() {
  const [request] = await startedRequests(harness);
  const first = await givenFile(harness, request?.id, 'a.txt', 'a', 'first');
  const second = await givenFile(harness, request?.id, 'b.txt', 'bb', 'second');
  const third = await givenFile(harness, request?.id, 'c.txt', '');
  return { id: request?.id, fileIds: [first, second, third] };
}

it('returns an item for each file, paired with the item of its Request', async () => {
  const { id, fileIds } = await withFiles();
  const run = await getMany({ returnAll: true }, [{ id }, { id }]);
  expect(run.items('ProcessMaker').map(({ fileId }) => fileId)).toEqual([...fileIds, ...fileIds]);
  expect(run.outputs('ProcessMaker')[0]?.map(({ pairedItem }) => pairedItem)).toEqual(
    [0, 0, 0, 1, 1, 1].map((item) => ({ item })),
  );
  expect(run.items('ProcessMaker')[1]).toEqual({
    fileId: fileIds[1],
    requestId: id,
    fileName: 'b.txt',
    variable: 'second',
    mimeType: 'text/plain',
    size: 2,
    createdAt: expect.stringMatching(/^\d{4}-/) as string,
    createdBy: 1,
  });
  expect(harness.gateway.calls).toHaveLength(1);
});

it('returns files up to a limit, of one variable, or as ProcessMaker gives them', async () => {
  const { id, fileIds } = await withFiles();
  const limited = await getMany({ returnAll: false, limit: 2 }, [{ id }]);
  expect(limited.items('ProcessMaker').map(({ fileId }) => fileId)).toEqual(fileIds.slice(0, 2));
  const ofVariable = await getMany({ returnAll: true, filters: { variable: 'second' } }, [{ id }]);
  expect(ofVariable.items('ProcessMaker')).toMatchObject([{ fileId: fileIds[1] }]);
  const raw = await getMany({ returnAll: true, options: { simplify: false } }, [{ id }]);
  expect(raw.items('ProcessMaker')[0]).toMatchObject({
    id: fileIds[0],
    file_name: 'a.txt',
    custom_properties: { data_name: 'first' },
  });
});

it('returns nothing for a Request without files, and goes on with the other items', async () => {
  const [empty] = await startedRequests(harness);
  const { id, fileIds } = await withFiles();
  const run = await getMany({ returnAll: true }, [{ id: empty?.id }, { id }]);
  expect(run.items('ProcessMaker').map(({ fileId }) => fileId)).toEqual(fileIds);
});

it('distinguishes a Request that is missing from one that the user may not see', async () => {
  const { id } = await withFiles();
  const run = await getMany({}, [{ id: 999_999 }, { id }], 'nobody');
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('There is no Request 999999 [item 0]') as string, httpStatus: 404 },
    { text: expect.stringContaining(`for Request ${String(id)}`) as string, httpStatus: 403 },
  ]);
});

it.each([{}, [], { data: null }, { data: [{ id: 1 }] }])(
  'does not take the response %j for an empty list of files',
  async (body) => {
    harness.gateway.treat = () => respond(200, body);
    const run = await getMany({}, [{ id: 1 }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('not in the form that ProcessMaker gives it') as string },
    ]);
  },
);

it('refuses to list the files of an invalid Request before any call', async () => {
  const run = await getMany({}, [{ id: 'abc' }]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('\'Request\' holds "abc"') as string },
  ]);
  expect(harness.gateway.calls).toEqual([]);
});

it.each<[INodeParameters, RegExp]>([
  [{ limit: '={{ -1 }}' }, /'Limit'/],
  [{ limit: '={{ "x" }}' }, /'Limit'/],
  [{ filters: { variable: '={{ $json.nothing }}' } }, /filter 'Variable' has no value/],
])('refuses to list files with %j before any call', async (parameters, message) => {
  const run = await getMany(parameters, [{ id: 1 }]);
  expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string }]);
  expect(harness.gateway.calls).toEqual([]);
});

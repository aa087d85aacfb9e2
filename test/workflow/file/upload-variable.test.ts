import type { IBinaryKeyData, IDataObject, INodeParameters } from 'n8n-workflow';
import { binary, REQUEST_OF_ITEM, rows, startedRequests } from '../../support/files';
import { resetAfter, resetBefore } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const contract = { data: binary('contract.pdf', '%PDF-1.7 contract', 'application/pdf') };
const options = { writeFileId: true };
const upload = (
  parameters: INodeParameters,
  input: IDataObject[],
  binaries: IBinaryKeyData[],
  user: User = 'admin',
) =>
  harness.perform(
    'file upload',
    { ...REQUEST_OF_ITEM, options, ...parameters },
    { input, binaries, user, settings: ERROR_OUTPUT },
  );
const stored = () => harness.files();
describe("'Write File ID to Variable'", () => {
  const data = () => harness.requests()[0]?.data;
  const puts = () => harness.gateway.calls.filter(({ method }) => method === 'PUT');

  it('writes the ids of all files of an item to their variables in one call', async () => {
    const requests = await startedRequests(harness);
    const two = { a: binary('a.txt', 'a'), b: binary('b.txt', 'b') };
    await upload(rows(['a', 'x'], ['b', 'y']), requests, [two]);
    expect(data()).toMatchObject(Object.fromEntries(stored().map(({ dataName, id }) => [dataName, id])));
    expect(puts()).toHaveLength(1);
  });

  it('writes file ids to one Request one after the other, so that none is lost', async () => {
    const [request] = await startedRequests(harness);
    const numbers = [1, 2, 3, 4, 5, 6];
    await upload(
      rows(['data', '=file{{ $json.number }}']),
      numbers.map((number) => ({ id: request?.id, number })),
      numbers.map((number) => ({ data: binary('a.txt', String(number)) })),
    );
    expect(stored()).toHaveLength(6);
    expect(data()).toMatchObject(Object.fromEntries(stored().map(({ dataName, id }) => [dataName, id])));
  });

  it.each(['_parent', '_user', '_request', '_n8n_key'])(
    'refuses to write a file id to %s',
    async (variable) => {
      const run = await upload(rows(['data', variable]), [{ id: 1 }], [contract]);
      expect(failedItems(run)).toMatchObject([
        { text: expect.stringContaining(`cannot be written to '${variable}'`) as string, outcome: 'notDone' },
      ]);
      expect(harness.gateway.calls).toEqual([]);
    },
  );

  it('reports that the file is uploaded when the user may not write its id', async () => {
    const [request] = await startedRequests(harness);
    const run = await upload(rows(['data', 'contract']), [{ id: request?.id }], [contract], 'limited');
    const id = stored()[0]?.id;
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(
          new RegExp(
            `^Uploaded to Request ${String(request?.id)}, but its id was not written .*file ${id} \\('contract'\\).*edit-task_data`,
          ),
        ) as string,
        httpStatus: 403,
        outcome: 'partlyDone',
        files: [{ fileId: id, outcome: 'uploaded' }],
      },
    ]);
  });

  it('recognizes from the data that a file id was written although the response was lost', async () => {
    const requests = await startedRequests(harness);
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetAfter : undefined);
    const run = await upload(rows(['data', 'contract']), requests, [contract]);
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(puts()).toHaveLength(1);
  });

  it('reports an unknown outcome when the call that writes a file id is lost and the data do not show the id', async () => {
    const requests = await startedRequests(harness);
    harness.gateway.treat = ({ method }) => (method === 'PUT' ? resetBefore : undefined);
    const run = await upload(rows(['data', 'contract']), requests, [contract]);
    expect(failedItems(run)).toMatchObject([
      { outcome: 'unknown', files: [{ fileId: stored()[0]?.id, outcome: 'uploaded' }] },
    ]);
    expect(puts()).toHaveLength(1);
  });
});

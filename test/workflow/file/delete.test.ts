import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { givenFile, REQUEST_OF_ITEM, startedRequests } from '../../support/files';
import { respond, resetAfter, resetBefore } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const BY_ID = { file: locator('id', '={{ $json.fileId }}') };
const BY_VARIABLE = { file: locator('variable', '={{ $json.variable }}') };
interface DeleteRun {
  user?: User;
  settings?: Partial<INode>;
}

const remove = (
  parameters: INodeParameters,
  input: IDataObject[],
  { user = 'limited', settings = ERROR_OUTPUT }: DeleteRun = {},
) => harness.perform('file delete', { ...REQUEST_OF_ITEM, ...parameters }, { input, user, settings });
const deletes = () => harness.gateway.calls.filter(({ method }) => method === 'DELETE');

/** A Request with two files. */
async function withFiles() {
  const [request] = await startedRequests(harness);
  const first = await givenFile(harness, request?.id, 'a.txt', 'a', 'first');
  const second = await givenFile(harness, request?.id, 'b.txt', 'b', 'second');
  return { id: request?.id, first, second };
}

it('deletes only the file that is named by its id or its variable', async () => {
  const { id, first } = await withFiles();
  const byVariable = await remove(BY_VARIABLE, [{ id, variable: 'second' }]);
  expect(byVariable.items('ProcessMaker')).toEqual([{ deleted: true }]);
  expect(harness.files()).toMatchObject([{ dataName: 'first' }]);
  const byId = await remove(BY_ID, [{ id, fileId: first }]);
  expect(byId.items('ProcessMaker')).toEqual([{ deleted: true }]);
  expect(harness.files()).toEqual([]);
});

it('reports a missing file and deletes the others', async () => {
  const { id, first, second } = await withFiles();
  const run = await remove(BY_ID, [
    { id, fileId: 999_999 },
    { id, fileId: first },
  ]);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringContaining(`Request ${id} has no file 999999 [item 0]`) as string,
      outcome: 'notDone',
    },
  ]);
  expect(run.items('ProcessMaker')).toEqual([{ deleted: true }]);
  expect(harness.files()).toMatchObject([{ id: second }]);
});

it('deletes a file once when two items name it, and fails the second item', async () => {
  const { id, first } = await withFiles();
  const run = await remove(BY_ID, [
    { id, fileId: first },
    { id, fileId: first },
  ]);
  expect(run.items('ProcessMaker')).toEqual([{ deleted: true }]);
  expect(failedItems(run)).toMatchObject([{ outcome: 'notDone' }]);
});

it('reports that the user may not delete a file', async () => {
  const { id, first } = await withFiles();
  const run = await remove(BY_ID, [{ id, fileId: first }], { user: 'nobody' });
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining('does not allow') as string, httpStatus: 403 },
  ]);
  expect(harness.files()).toHaveLength(2);
});

it('recognizes from the list of files that a delete call with a lost response was carried out', async () => {
  const { id, first } = await withFiles();
  harness.gateway.treat = ({ method }) => (method === 'DELETE' ? resetAfter : undefined);
  const run = await remove(BY_ID, [{ id, fileId: first }]);
  expect(run.items('ProcessMaker')).toEqual([{ deleted: true }]);
  expect(deletes()).toHaveLength(1);
});

it('reports an unknown outcome when a delete call is lost and the file still exists', async () => {
  const { id, first } = await withFiles();
  harness.gateway.treat = ({ method }) => (method === 'DELETE' ? resetBefore : undefined);
  const run = await remove(BY_ID, [{ id, fileId: first }]);
  expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  expect(deletes()).toHaveLength(1);
});

it('reports a file that an earlier attempt deleted as deleted', async () => {
  const { id, first, second } = await withFiles();
  const input = [
    { id, fileId: first },
    { id, fileId: second },
  ];
  let refusals = 1;
  harness.gateway.treat = ({ method, path }) =>
    method === 'DELETE' && path.endsWith(`/${second}`) && refusals-- > 0
      ? respond(422, { message: 'Not now.' })
      : undefined;
  const settings = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
  const run = await remove(BY_ID, input, { settings });
  expect(run.items('ProcessMaker')).toEqual([{ deleted: true }, { deleted: true }]);
  expect(deletes()).toHaveLength(3);
  expect(harness.files()).toEqual([]);
});

it('refuses to delete when no file is given, before any call', async () => {
  const run = await remove(BY_VARIABLE, [{ id: 1, variable: '' }]);
  expect(failedItems(run)).toMatchObject([
    { text: expect.stringContaining("No file is given in 'File'") as string },
  ]);
  expect(harness.gateway.calls).toEqual([]);
});

it('reports an unknown outcome when a gateway refuses the deletion and the file is still there', async () => {
  const { id, first } = await withFiles();
  harness.gateway.treat = ({ method }) => (method === 'DELETE' ? respond(400, '<html></html>') : undefined);
  const run = await remove(BY_ID, [{ id, fileId: first }]);
  expect(failedItems(run)).toMatchObject([{ httpStatus: 400, outcome: 'unknown' }]);
});

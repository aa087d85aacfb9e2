import type { INodeParameters } from 'n8n-workflow';
import { searchList } from '../../support/editor';
import { givenFile, startedRequests } from '../../support/files';
import { respond } from '../../support/gateway';
import { locator, PROCESS_MAKER } from '../../support/workflows';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const search = (request: INodeParameters['request'], filter?: string) =>
  searchList(harness.engine, {
    nodeType: PROCESS_MAKER,
    method: 'searchFiles',
    parameters: { resource: 'file', operation: 'download', request },
    credentials: harness.credentials('limited'),
    filter,
  });

it('lists the files of the chosen Request, however the Request is given', async () => {
  const [request] = await startedRequests(harness);
  const first = await givenFile(harness, request?.id, 'a.txt', 'a', 'contract');
  const second = await givenFile(harness, request?.id, 'b.txt', 'b');
  const files = {
    results: [
      { name: 'a.txt', value: String(first), description: 'Variable: contract' },
      { name: 'b.txt', value: String(second), description: 'Variable: b.txt' },
    ],
  };
  expect(await search(locator('list', request?.id ?? 0))).toEqual(files);
  expect(await search(locator('id', request?.id ?? 0))).toEqual(files);
  expect(await search(locator('caseNumber', request?.caseNumber ?? 0))).toEqual(files);
  expect(await search(locator('url', `${harness.gateway.url}/requests/${request?.id}`))).toEqual(files);
  expect(await search(locator('id', request?.id ?? 0), 'CONTR')).toMatchObject({
    results: [{ name: 'a.txt' }],
  });
});

it('asks to choose a Request before its files can be listed', async () => {
  await expect(search(locator('list', ''))).rejects.toThrow(/No Request is given in 'Request'/);
});

it('shows a refusal instead of an empty list of files', async () => {
  harness.gateway.treat = () => respond(403, { message: 'This action is unauthorized.' });
  await expect(search(locator('id', 1))).rejects.toThrow(/does not allow/);
});

import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { binary, givenFile, REQUEST_OF_ITEM, rows, startedRequests } from '../../support/files';
import { respond, resetAfter, resetBefore } from '../../support/gateway';
import { ERROR_OUTPUT, failedItems } from '../../support/workflows';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const contract = { data: binary('contract.pdf', '%PDF-1.7 contract', 'application/pdf') };

const upload = (parameters: INodeParameters, input: IDataObject[], settings: Partial<INode> = ERROR_OUTPUT) =>
  harness.perform(
    'file upload',
    { ...REQUEST_OF_ITEM, ...parameters },
    { input, binaries: input.map(() => contract), settings },
  );
const stored = () => harness.files();
const posts = () => harness.gateway.calls.filter(({ method }) => method === 'POST');

describe('an upload whose response is lost', () => {
  it('recognizes from the files of the Request that an upload with a lost response was carried out', async () => {
    const requests = await startedRequests(harness);
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetAfter : undefined);
    const run = await upload(rows(['data', 'contract']), requests);
    expect(run.items('ProcessMaker')).toMatchObject([{ fileId: stored()[0]?.id, fileName: 'contract.pdf' }]);
    expect(posts()).toHaveLength(1);
  });

  it('reports an unknown outcome when an upload is lost, even if a similar file exists', async () => {
    const [request] = await startedRequests(harness);
    await givenFile(harness, request?.id, 'contract.pdf', '%PDF-1.7 CONTRACT', 'contract');
    harness.gateway.treat = ({ method }) => (method === 'POST' ? resetBefore : undefined);
    const run = await upload(rows(['data', 'contract']), [{ id: request?.id }]);
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(
          /^It is not known whether the file 'contract\.pdf' was uploaded/,
        ) as string,
        outcome: 'unknown',
        files: [{ outcome: 'unknown' }],
      },
    ]);
    expect(posts()).toHaveLength(1);
  });

  it('reports an unknown outcome when the response to an upload has no file id', async () => {
    const requests = await startedRequests(harness);
    harness.gateway.treat = ({ method }) => (method === 'POST' ? respond(200, { message: 'ok' }) : undefined);
    const run = await upload(rows(['data']), requests);
    expect(failedItems(run)).toMatchObject([{ outcome: 'unknown' }]);
  });

  it('sends an upload again that ProcessMaker did not process', async () => {
    const requests = await startedRequests(harness);
    harness.gateway.treat = () =>
      posts().length === 1 ? respond(429, { message: 'Too Many Attempts.' }) : undefined;
    const run = await upload(rows(['data']), requests);
    expect(run.items('ProcessMaker')).toHaveLength(1);
    expect(posts()).toHaveLength(2);
    expect(stored()).toHaveLength(1);
  });
});

describe('when n8n runs the node again', () => {
  const retried = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };

  it('uploads only the missing files when n8n runs the node again', async () => {
    const requests = await startedRequests(harness, 2);
    const [first, second] = requests;
    let refusals = 1;
    harness.gateway.treat = ({ method, path }) =>
      method === 'POST' && path.includes(`/${String(second?.id)}/`) && refusals-- > 0
        ? respond(422, { message: 'Not now.' })
        : undefined;
    const run = await upload(rows(['data', 'contract']), requests, retried);
    expect(run.items('ProcessMaker').map(({ requestId }) => requestId)).toEqual([first?.id, second?.id]);
    expect(stored()).toHaveLength(2);
    // The first file is sent once, the second twice.
    expect(posts()).toHaveLength(3);
  });

  it('reports the stored file that somebody has put in the place of one that an earlier attempt uploaded', async () => {
    const requests = await startedRequests(harness, 2);
    const [first, second] = requests;
    harness.gateway.treat = ({ method, path }) =>
      method === 'POST' && path.includes(`/${String(second?.id)}/`)
        ? respond(422, { message: 'Not now.' })
        : undefined;
    const failed = await upload(rows(['data', 'contract']), requests, {});
    harness.gateway.reset();
    const fileId = await givenFile(harness, first?.id, 'corrected.txt', 'corrected', 'contract');
    const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(run.items('ProcessMaker')[0]).toMatchObject({ fileId, fileName: 'corrected.txt', size: 9 });
    expect(posts()).toHaveLength(1);
  });

  it('does not take a file of the same size for the missing one when n8n runs the node again', async () => {
    const [request] = await startedRequests(harness);
    await givenFile(harness, request?.id, 'contract.pdf', '%PDF-1.7 CONTRACT', 'contract');
    let refusals = 1;
    harness.gateway.treat = ({ method }) =>
      method === 'POST' && refusals-- > 0 ? respond(422, { message: 'Not now.' }) : undefined;
    await upload(rows(['data', 'contract']), [{ id: request?.id }], retried);
    expect(stored()).toMatchObject([{ content: Buffer.from('%PDF-1.7 contract') }]);
  });

  it('does not know of a file that is deleted while a retry after a crash looks at it', async () => {
    const [request] = await startedRequests(harness);
    const input = [{ id: request?.id }];
    const killed = await upload(rows(['data', 'contract']), input);
    harness.gateway.treat = ({ method, path }) =>
      method === 'GET' && /\/files\/\d+$/.test(path) ? respond(400, { message: 'Not Found' }) : undefined;
    const credentials = harness.credentials();
    const run = await harness.engine.retryAfterCrash(killed, { input, binaries: [contract], credentials });
    expect(failedItems(run)).toMatchObject([
      { outcome: 'unknown', text: expect.stringMatching(/has no file \d+ any more/) as string },
    ]);
    expect(posts()).toHaveLength(1);
  });
});

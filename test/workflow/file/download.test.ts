import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { givenFile, REQUEST_OF_ITEM, startedRequests } from '../../support/files';
import type { Behaviour } from '../../support/gateway';
import { respond, drip, redirect, resetBefore, truncate } from '../../support/gateway';
import type { Run } from '../../support/run';
import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import type { User } from '../../support/harness';
import { itWith } from '../../support/features';
import { useHarness } from '../../support/harness';

const harness = useHarness();

const BYTES = Buffer.from(Array.from({ length: 256 * 5 }, (_, index) => index % 256));
const BY_ID = { file: locator('id', '={{ $json.fileId }}') };
const BY_VARIABLE = { file: locator('variable', '={{ $json.variable }}') };

const download = (parameters: INodeParameters, input: IDataObject[], user: User = 'limited') =>
  harness.perform(
    'file download',
    { ...REQUEST_OF_ITEM, ...BY_ID, ...parameters },
    { input, user, settings: ERROR_OUTPUT },
  );
/** The content of a binary field of each item. */
const contents = (run: Run, field = 'data') =>
  run
    .outputs('ProcessMaker')[0]
    ?.map(({ binary }) => Buffer.from(binary?.[field]?.data ?? 'missing', 'base64'));
const isDownload = (path: string) => /\/files\/\d+$/.test(path);
/** Treats the first downloads in a special way. */
const treatDownloads = (behaviour: Behaviour, count = Infinity) => {
  let left = count;
  harness.gateway.treat = ({ path }) => (isDownload(path) && left-- > 0 ? behaviour : undefined);
};
const downloads = () => harness.gateway.calls.filter(({ path }) => isDownload(path));

it('downloads a file byte by byte into a binary field, with its details in the JSON', async () => {
  const [request] = await startedRequests(harness);
  const fileId = await givenFile(harness, request?.id, 'Größe.bin', BYTES, 'contract');
  const run = await download({ binaryPropertyName: 'paper' }, [{ id: request?.id, fileId }]);
  expect(contents(run, 'paper')).toEqual([BYTES]);
  const [item] = run.outputs('ProcessMaker')[0] ?? [];
  expect(item?.binary).toEqual({
    paper: expect.objectContaining({
      fileName: 'Größe.bin',
      fileExtension: 'bin',
      mimeType: 'application/octet-stream',
    }) as object,
  });
  expect(item?.json).toEqual({
    fileId,
    requestId: request?.id,
    fileName: 'Größe.bin',
    variable: 'contract',
    mimeType: 'application/octet-stream',
    size: BYTES.length,
    createdAt: expect.stringMatching(/^\d{4}-/) as string,
    createdBy: 1,
  });
  expect(item?.pairedItem).toEqual({ item: 0 });
});

it('downloads a file that is named by its variable', async () => {
  const [request] = await startedRequests(harness);
  await givenFile(harness, request?.id, 'a.txt', 'a', 'first');
  await givenFile(harness, request?.id, 'b.txt', 'b', 'second');
  await givenFile(harness, request?.id, 'c.txt', 'c');
  const variables = ['second', 'c.txt', 'first'];
  const run = await download(
    BY_VARIABLE,
    variables.map((variable) => ({ id: request?.id, variable })),
  );
  expect(contents(run)?.map(String)).toEqual(['b', 'c', 'a']);
  // One list for all of them.
  expect(harness.gateway.calls).toHaveLength(4);
});

it.each([
  ['a page', 'page.html', '<!doctype html><p>no page of a gateway</p>'],
  ['JSON', 'data.json', '{"message":"no answer"}'],
  ['nothing', 'empty.txt', ''],
])('downloads a file whose content is %s', async (_, name, content) => {
  const [request] = await startedRequests(harness);
  const fileId = await givenFile(harness, request?.id, name, content);
  const run = await download({}, [{ id: request?.id, fileId }]);
  expect(contents(run)).toEqual([Buffer.from(content)]);
});

it('downloads a file again from the beginning when its connection breaks', async () => {
  const [request] = await startedRequests(harness);
  const fileId = await givenFile(harness, request?.id, 'a.bin', BYTES);
  const behaviours = [truncate, resetBefore];
  harness.gateway.treat = ({ path }) => (isDownload(path) ? behaviours.shift() : undefined);
  const run = await download({}, [{ id: request?.id, fileId }]);
  expect(contents(run)).toEqual([BYTES]);
  expect(downloads()).toHaveLength(3);
});

it('stops a download that takes longer than its timeout, and tries again', async () => {
  const [request] = await startedRequests(harness);
  const fileId = await givenFile(harness, request?.id, 'a.bin', BYTES);
  // The first download is too slow; the second is refused for good, which ends the test.
  treatDownloads(drip(5000), 1);
  harness.gateway.treat = (
    (slowly) => (call) =>
      slowly(call) ?? (isDownload(call.path) ? respond(403, {}) : undefined)
  )(harness.gateway.treat);
  const run = await download({ options: { timeout: 1 } }, [{ id: request?.id, fileId }]);
  expect(failedItems(run)).toMatchObject([{ httpStatus: 403 }]);
  expect(downloads()).toHaveLength(2);
});

describe('downloads that fail', () => {
  it('reports a missing file and names the files that the Request has', async () => {
    const [request, empty] = await startedRequests(harness, 2);
    const fileId = await givenFile(harness, request?.id, 'a.txt', 'a', 'first');
    const run = await download({}, [
      { id: request?.id, fileId: 999_999 },
      { id: empty?.id, fileId },
      { id: request?.id, fileId },
    ]);
    expect(failedItems(run).map(({ text }) => text)).toEqual([
      `Request ${request?.id} has no file 999999 [item 0]. Its files are: ${fileId} (a.txt, variable 'first').`,
      `Request ${empty?.id} has no file ${fileId} [item 1]. It has no files at all.`,
    ]);
    expect(contents(run)?.map(String)).toEqual(['a']);
  });

  it('reports a file that is deleted before its download', async () => {
    const [request] = await startedRequests(harness);
    const fileId = await givenFile(harness, request?.id, 'a.txt', 'a');
    treatDownloads(
      respond(400, { message: 'Something went wrong and the file cannot be previewed or downloaded.' }),
    );
    const run = await download({}, [{ id: request?.id, fileId }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining(`has no file ${fileId} any more`) as string, httpStatus: 400 },
    ]);
  });

  it('does not take the page of a gateway for a downloaded file', async () => {
    const [request] = await startedRequests(harness);
    const fileId = await givenFile(harness, request?.id, 'a.txt', 'a');
    treatDownloads(respond(200, '<html>Please sign in</html>'));
    const run = await download({}, [{ id: request?.id, fileId }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('not that of a ProcessMaker API') as string },
    ]);
  });

  it('does not follow a redirect of a download', async () => {
    const [request] = await startedRequests(harness);
    const fileId = await givenFile(harness, request?.id, 'a.txt', 'a');
    treatDownloads(redirect(302, 'https://files.example/a.txt'));
    const run = await download({}, [{ id: request?.id, fileId }]);
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('Redirects are not followed') as string, httpStatus: 302 },
    ]);
  });

  itWith('the size of binary data in bytes')(
    'refuses a downloaded file whose size differs from the size in the list',
    async () => {
      const [request] = await startedRequests(harness);
      const fileId = await givenFile(harness, request?.id, 'a.txt', 'abcd');
      treatDownloads((response) => {
        response
          .writeHead(200, { 'content-type': 'text/plain', 'content-disposition': 'attachment' })
          .end('abc');
        return Promise.resolve();
      });
      const run = await download({}, [{ id: request?.id, fileId }]);
      expect(failedItems(run)).toMatchObject([
        { text: expect.stringContaining('came with 3 bytes, but ProcessMaker lists it with 4') as string },
      ]);
    },
  );

  it('reports that the Request of a download is missing or may not be seen', async () => {
    const [request] = await startedRequests(harness);
    const run = await download(
      {},
      [
        { id: 999_999, fileId: 1 },
        { id: request?.id, fileId: 1 },
      ],
      'nobody',
    );
    expect(failedItems(run)).toMatchObject([
      { text: expect.stringContaining('There is no Request 999999') as string, httpStatus: 404 },
      { text: expect.stringContaining('does not allow') as string, httpStatus: 403 },
    ]);
  });

  it.each([
    [BY_ID, { fileId: '' }, /No file is given in 'File'/],
    [BY_ID, { fileId: 'contract' }, /'File' holds "contract", which is not the id of a file/],
    [BY_ID, { fileId: 1.5 }, /'File' holds "1.5"/],
    [
      { binaryPropertyName: '={{ $json.field }}' },
      { fileId: 1, field: ' ' },
      /'Put Output File in Field' names no/,
    ],
  ])('refuses to download with %j and the item %j before any call', async (parameters, item, message) => {
    const run = await download(parameters, [{ id: 1, ...item }]);
    expect(failedItems(run)).toMatchObject([{ text: expect.stringMatching(message) as string }]);
    expect(harness.gateway.calls).toEqual([]);
  });
});

import type { IBinaryKeyData, IDataObject, INode, INodeParameters } from 'n8n-workflow';
import { binary, givenFile, rows } from '../support/files';
import type { Call } from '../support/gateway';
import { respond, resetAfter } from '../support/gateway';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import type { User } from '../support/harness';
import { useHarness } from '../support/harness';
import { itWith } from '../support/features';

const harness = useHarness();

const RETRIED = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
const contract = { data: binary('contract.pdf', '%PDF-1.7 contract', 'application/pdf') };
/** A file of its own for each item. */
const files = (count: number): IBinaryKeyData[] =>
  Array.from({ length: count }, (_, number) => ({ data: binary('number.txt', `file ${number}`) }));
const items = (count: number): IDataObject[] => Array.from({ length: count }, (_, number) => ({ number }));

interface StartRun {
  user?: User;
  settings?: Partial<INode>;
}

const start = (
  options: INodeParameters,
  input: IDataObject[],
  binaries: IBinaryKeyData[],
  { user = 'limited', settings = ERROR_OUTPUT }: StartRun = {},
) =>
  harness.start(
    {
      process: locator('id', 2),
      startEvent: locator('id', 'node_1'),
      options: { ...rows(['data', 'contract']), ...options },
    },
    { input, binaries, user, settings },
  );
const isUpload = ({ method, path }: Call) => method === 'POST' && path.endsWith('/files');
const uploads = () => harness.gateway.calls.filter(isUpload);
/** The number in the data of each Request, with the content of its files. */
const contents = () =>
  harness.requests().map(({ id, data }) => [
    (data as IDataObject).number,
    harness
      .files()
      .filter(({ requestId }) => requestId === id)
      .map(({ content }) => content.toString()),
  ]);
const each = (count: number) =>
  items(count).map(({ number }) => [number, [`file ${String(number as number)}`]]);

it('uploads the files of each item to the Request that it starts', async () => {
  const run = await start({}, items(7), files(7));
  expect(contents().sort()).toEqual(each(7));
  const [first] = run.items('ProcessMaker');
  expect(first).toMatchObject({
    status: 'ACTIVE',
    files: [{ fileName: 'number.txt', variable: 'contract', requestId: first?.id, size: 6 }],
  });
  expect(harness.gateway.calls).toHaveLength(14);
});

it('does not start an item whose file is missing', async () => {
  const run = await start({}, items(2), [contract, { photo: contract.data }]);
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringMatching(/no binary field 'data' \[item 1\]\. It has: photo/) as string,
      outcome: 'notStarted',
    },
  ]);
  expect(harness.requests()).toHaveLength(1);
});

it('starts nothing with Stop Workflow when a file is missing', async () => {
  await start({}, items(2), [contract], { settings: {} });
  expect(harness.gateway.calls).toEqual([]);
});

it('writes the file ids into the data with Write File ID to Variable', async () => {
  await start({ writeFileId: true }, items(1), [contract], { user: 'admin' });
  expect(harness.requests()[0]?.data).toMatchObject({ number: 0, contract: harness.files()[0]?.id });
});

describe('a file that is not uploaded', () => {
  it('fails the item of a file that is refused, and names the Request and the file', async () => {
    harness.gateway.treat = (call) => (isUpload(call) ? respond(422, { message: 'Not now.' }) : undefined);
    const run = await start({}, items(1), [contract]);
    const [request] = harness.requests();
    expect(failedItems(run)).toMatchObject([
      {
        text: expect.stringMatching(
          new RegExp(`^Request ${request?.id} was started, but .* refused the file 'contract\\.pdf'`),
        ) as string,
        requestId: request?.id,
        outcome: 'started',
        files: [{ fileName: 'contract.pdf', variable: 'contract', outcome: 'notUploaded' }],
      },
    ]);
  });

  it('reports a file as unknown when the response to its upload was lost and it is not found', async () => {
    harness.gateway.treat = (call) => (isUpload(call) ? respond(502, '<html>Bad Gateway</html>') : undefined);
    const run = await start({}, items(1), [contract]);
    expect(failedItems(run)).toMatchObject([{ outcome: 'started', files: [{ outcome: 'unknown' }] }]);
    expect(uploads()).toHaveLength(1);
  });

  it('uploads the files of the other started items when one file is refused', async () => {
    let isFirst = true;
    harness.gateway.treat = (call) => {
      const isRefused = isUpload(call) && isFirst;
      if (isRefused) isFirst = false;
      return isRefused ? respond(422, { message: 'Not now.' }) : undefined;
    };
    const run = await start({ requestsInParallel: 3 }, items(3), files(3), { settings: {} });
    expect(run.error?.message).toContain('was started, but');
    expect(harness.requests()).toHaveLength(3);
    expect(harness.files()).toHaveLength(2);
  });
});

describe('a retry', () => {
  /** Refuses the first upload of the file with this content. */
  const refuseOnce = (content: string) => {
    let isFirst = true;
    harness.gateway.treat = (call) => {
      const isRefused = isFirst && isUpload(call) && call.body.includes(content);
      if (isRefused) isFirst = false;
      return isRefused ? respond(422, { message: 'Not now.' }) : undefined;
    };
  };

  it.each([
    ['by the hidden key', {}],
    ["by the user's own key", { idempotencyKey: '={{ "files-" + $json.number }}' }],
  ])('finds the Requests on a retry %s, and uploads only the missing files', async (_, options) => {
    refuseOnce('file 1');
    const run = await start(options, items(3), files(3), { settings: RETRIED });
    expect(run.error).toBeUndefined();
    expect(contents().sort()).toEqual(each(3));
    expect(run.items('ProcessMaker')).toMatchObject(
      items(3).map(() => ({ files: [{ fileName: 'number.txt' }] })),
    );
    expect(uploads()).toHaveLength(4);
  });

  it('uploads only the missing files on the Retry button', async () => {
    refuseOnce('file 1');
    const failed = await start({ requestsInParallel: 1 }, items(3), files(3), { settings: {} });
    const run = await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(run.error).toBeUndefined();
    expect(contents().sort()).toEqual(each(3));
    expect(uploads()).toHaveLength(4);
  });

  itWith('a resume token')(
    'uploads to each Request the file of its item after a crash that reorders the items',
    async () => {
      // Equal data, so that only the files distinguish the items.
      const input = [{}, {}, {}];
      const binaries = ['a', 'bb', 'ccc'].map((content) => ({ data: binary(`${content}.txt`, content) }));
      let count = 0;
      harness.gateway.treat = (call) =>
        isUpload(call) && ++count > 1 ? respond(422, { message: 'Killed.' }) : undefined;
      const killed = await start({ requestsInParallel: 1 }, input, binaries);
      harness.gateway.reset();
      await harness.engine.retryAfterCrash(killed, {
        input,
        binaries: binaries.toReversed(),
        credentials: harness.credentials(),
      });
      expect(harness.requests()).toHaveLength(3);
      expect(
        harness
          .files()
          .map(({ content }) => content.toString())
          .sort(),
      ).toEqual(['a', 'bb', 'ccc']);
      expect(new Set(harness.files().map(({ requestId }) => requestId)).size).toBe(3);
      expect(uploads()).toHaveLength(2);
    },
  );

  it('does not replace a file that somebody has replaced since the first attempt', async () => {
    let isFirst = true;
    harness.gateway.treat = ({ method, path }) => {
      // The second item fails the first attempt, after the first item has succeeded.
      const isRefused =
        isFirst && method === 'POST' && path.includes('process_events') && uploads().length === 1;
      if (isRefused) isFirst = false;
      return isRefused ? respond(403, { message: 'This action is unauthorized.' }) : undefined;
    };
    const failed = await start({ requestsInParallel: 1 }, items(2), files(2), { settings: {} });
    await givenFile(harness, harness.requests()[0]?.id, 'corrected.txt', 'corrected', 'contract');
    await harness.engine.retry(failed, { credentials: harness.credentials() });
    expect(contents().sort()).toEqual([
      [0, ['corrected']],
      [1, ['file 1']],
    ]);
  });
});

it('uploads the files to a Request that is found after the response to its start was lost', async () => {
  harness.gateway.treat = ({ path }) => (path.includes('process_events') ? resetAfter : undefined);
  const run = await start({}, items(1), files(1));
  expect(run.items('ProcessMaker')).toMatchObject([{ files: [{ fileName: 'number.txt' }] }]);
  expect(contents()).toEqual(each(1));
});

it('uploads the files of all items that share a Request, and replaces none by another', async () => {
  const options = { idempotencyKey: 'shared-files', ...rows(['data', '={{ $json.variable }}']) };
  const input = [{ variable: 'a' }, { variable: 'b' }, { variable: 'b' }];
  const run = await start(options, input, files(3));
  expect(harness.requests()).toHaveLength(1);
  expect(
    harness
      .files()
      .map(({ dataName, content }) => `${dataName}: ${content.toString()}`)
      .sort(),
  ).toEqual(['a: file 0', 'b: file 1']);
  const reported = run.items('ProcessMaker').map((item) => (item.files as IDataObject[])[0]);
  expect(reported[1]).not.toHaveProperty('uploaded');
  expect(reported[2]).toEqual({ ...reported[1], uploaded: false });
});

it('uploads the files to a Request in ERROR too', async () => {
  const run = await harness.start(
    { process: locator('name', 'M assignment error'), options: rows(['data', 'contract']) },
    { binaries: [contract], user: 'admin', settings: ERROR_OUTPUT },
  );
  expect(failedItems(run)).toMatchObject([
    { outcome: 'startedInError', files: [{ outcome: 'uploaded', fileId: harness.files()[0]?.id }] },
  ]);
  expect(harness.files()).toHaveLength(1);
});

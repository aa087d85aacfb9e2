import type { IDataObject } from 'n8n-workflow';
import { binary, REQUEST_OF_ITEM, rows, startedRequests } from '../support/files';
import { respond } from '../support/gateway';
import { startTasks } from '../support/tasks';
import { ERROR_OUTPUT, failedItems, locator } from '../support/workflows';
import { useHarness } from '../support/harness';

const harness = useHarness();

const upload = (name: string, content: string, id: unknown, settings: object = ERROR_OUTPUT) =>
  harness.perform(
    'file upload',
    { ...REQUEST_OF_ITEM, ...rows(['data', 'paper']) },
    { input: [{ id }], binaries: [{ data: binary(name, content) }], settings },
  );

describe("n8n's status of an execution, which it takes from the message", () => {
  it('is not that of a canceled execution when a Request that was waited for is CANCELED', async () => {
    const [task] = await startTasks(harness);
    harness.server.cancelRequest(task?.requestId ?? 0);
    const request = { request: locator('id', task?.requestId ?? 0) };
    const run = await harness.perform('request wait', request, { user: 'admin' });
    expect(run.error?.message).toBe(`Request ${task?.requestId} has ended in status CANCELED [item 0]`);
    expect(run.status).toBe('error');
  });

  it('is not that of a canceled execution when a Task is closed since its Request is CANCELED', async () => {
    const [task] = await startTasks(harness);
    harness.server.cancelRequest(task?.requestId ?? 0);
    const parameters = { task: locator('id', task?.id ?? 0), dataMode: 'json', jsonData: '{}' };
    const run = await harness.perform('task complete', parameters);
    expect(run.error?.message).toContain(`its Request ${task?.requestId} is in status CANCELED`);
    expect(run.status).toBe('error');
  });

  it('is not that of a canceled execution when a completed Request is to be canceled', async () => {
    const [task] = await startTasks(harness);
    await harness.server.completeTask(task?.id ?? 0, {});
    const request = { request: locator('id', task?.requestId ?? 0) };
    const run = await harness.perform('request cancel', request, { user: 'admin' });
    expect(run.status).toBe('error');
  });

  it('is not that of a canceled execution when the word comes from elsewhere', async () => {
    const [request] = await startedRequests(harness);
    const run = await upload('canceled.php', 'x', request?.id, {});
    expect(run.error?.message).toMatch(/refused the file 'cancelled\.php'/);
    expect(run.status).toBe('error');
  });
});

describe('what ProcessMaker says', () => {
  const says = async (body: IDataObject): Promise<string> => {
    harness.gateway.treat = () => respond(422, body);
    const run = await harness.perform(
      'task getAll',
      { filters: { pmql: 'x = 1' } },
      { settings: ERROR_OUTPUT },
    );
    return failedItems(run)[0]?.description ?? '';
  };

  it.each([
    ['with a full stop', { message: 'PMQL Is Invalid.' }, 'PMQL Is Invalid. Check'],
    ['without a full stop', { message: 'PMQL Is Invalid' }, 'PMQL Is Invalid. Check'],
    ['as a question', { message: 'What?' }, 'What? Check'],
    ['by field', { message: 'No.', errors: { a: ['Is missing.'] } }, 'a: Is missing. Check'],
    ['not at all', { message: '' }, 'It gave no reason. Check'],
  ])('is one sentence when it says it %s', async (_, body, text) => {
    expect(await says(body)).toMatch(new RegExp(`^It says: ${text.replace(/[.?]/g, '\\$&')} `));
  });

  it('is shown without SQL, and the data in it', async () => {
    const sql =
      'SQLSTATE[42S22]: Column not found (Connection: mysql, SQL: select * from `users` where `a` = (b))';
    expect(await says({ message: sql })).toMatch(/^It says: SQLSTATE\[42S22\]: Column not found\. Check/);
    const older = "SQLSTATE[42S22]: Column not found (SQL: select 'secret')";
    expect(await says({ errors: { a: [older] } })).toMatch(
      /^It says: a: SQLSTATE\[42S22\]: Column not found\. Check/,
    );
  });

  it('is shown without SQL where it is why a Request is in status ERROR, and ends in no second full stop', async () => {
    const [task] = await startTasks(harness);
    const sql =
      'SQLSTATE[22001]: Data too long (Connection: mysql, SQL: update `process_requests` set `data` = {})';
    harness.server.failRequest(task?.requestId ?? 0, sql);
    const request = { request: locator('id', task?.requestId ?? 0) };
    const run = await harness.perform('request wait', request, { user: 'admin' });
    expect(run.error?.message).toBe(
      `Request ${task?.requestId} has ended in status ERROR: SQLSTATE[22001]: Data too long [item 0]`,
    );
    const [other] = await startTasks(harness);
    harness.server.failRequest(other?.requestId ?? 0, 'It broke.');
    const again = { request: locator('id', other?.requestId ?? 0) };
    expect((await harness.perform('request wait', again, { user: 'admin' })).error?.message).toBe(
      `Request ${other?.requestId} has ended in status ERROR: It broke [item 0]`,
    );
  });

  it('is one sentence of its own where a Request cannot be completed by hand', async () => {
    const [task] = await startTasks(harness);
    harness.server.failRequest(task?.requestId ?? 0, 'Stopped');
    harness.gateway.treat = ({ method }) =>
      method === 'PUT' ? respond(422, { message: 'Only requests in ERROR' }) : undefined;
    const request = { request: locator('id', task?.requestId ?? 0) };
    const run = await harness.perform('request complete', request, { user: 'admin', settings: ERROR_OUTPUT });
    expect(failedItems(run)[0]?.description).toMatch(/^It says: Only requests in ERROR\. Only a Request/);
  });
});

describe('a file that ProcessMaker refuses', () => {
  it('has a reason also where ProcessMaker gives none', async () => {
    const [request] = await startedRequests(harness);
    const run = await upload('a.pdf', '%PDF-1.4 << /S /JavaScript >>', request?.id);
    expect(failedItems(run)).toMatchObject([
      {
        message: "ProcessMaker refused the file 'a.pdf' [item 0]",
        description: expect.stringMatching(/PDF file.*JavaScript/) as string,
      },
    ]);
  });

  it('has a reason without SQL when its name is too long', async () => {
    const [request] = await startedRequests(harness);
    const run = await upload(`${'n'.repeat(256)}.txt`, 'x', request?.id);
    expect(failedItems(run)[0]?.description).toMatch(/Data too long for column 'name' at row 1\.$/);
    expect(run.text).not.toMatch(/insert into/);
  });
});

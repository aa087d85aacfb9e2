import type { ModelledProcessMaker } from './processmaker';
import type { RequestRow } from './rows';

/** What another user does, who is faster, or comes in between. */
export type Act =
  | 'cancels the Request'
  | 'deletes the Request'
  | 'completes the Request by hand'
  | 'retries the Request'
  | 'updates the data'
  | 'triggers the event'
  | 'completes the Task'
  | 'reassigns the Task'
  | 'uploads another file'
  | 'deletes the file';

export const ANOTHER_USER = 'another user';
const THIRD_USER = 5;

/** Does it, if that is possible now. */
export function act(server: ModelledProcessMaker, what: Act, row: RequestRow): void {
  const ask = (method: string, path: string, body: unknown = {}) =>
    server.answer({
      method,
      path: `/api/1.0/${path}`,
      query: {},
      body,
      sender: ANOTHER_USER,
      at: Date.now(),
    });
  const request = `requests/${row.id}`;
  const task = [...server.tasks.values()].find(({ requestId }) => requestId === row.id);
  const file = [...server.files.values()].find(({ requestId }) => requestId === row.id);
  switch (what) {
    case 'cancels the Request':
      ask('PUT', request, { status: 'CANCELED' });
      break;
    case 'deletes the Request':
      ask('DELETE', request);
      break;
    case 'completes the Request by hand':
      ask('PUT', request, { status: 'COMPLETED' });
      break;
    case 'retries the Request':
      ask('PUT', `${request}/retry`);
      break;
    case 'updates the data':
      ask('PUT', request, { data: { answer: 'of another user' } });
      break;
    case 'triggers the event':
      ask('POST', `${request}/events/node_4`);
      break;
    case 'completes the Task':
      if (task) ask('PUT', `tasks/${task.id}`, { status: 'COMPLETED', data: { answer: 'of another user' } });
      break;
    case 'reassigns the Task':
      if (task) ask('PUT', `tasks/${task.id}`, { user_id: THIRD_USER });
      break;
    case 'uploads another file': {
      const content = Buffer.from('Of another user');
      const paper = { variable: 'paper', name: 'b.txt', mimeType: 'text/plain', content };
      ask('POST', `${request}/files`, paper);
      break;
    }
    case 'deletes the file':
      if (file) ask('DELETE', `${request}/files/${file.id}`);
      break;
  }
}

import type { IDataObject } from 'n8n-workflow';

import type { Owner } from './n8nClient';
import type { Sleeper } from './sleeper';

export interface StartedRequest extends IDataObject {
  id: number;
  caseNumber: number | null;
  status: string;
  processName: string | null;
  url: string;
}

interface Result {
  requests: StartedRequest[];
  owner: Owner;
  n8n: { url: string };
  instance: { url: string; token: string };
  executionUrl: string;
  /** Only with the stand-in. */
  sleeper: Sleeper | undefined;
  once: boolean;
}

/** Prints what was started and, when it keeps running, where to look and how to stop. */
export function report(result: Result): void {
  const { requests, owner, n8n, instance, executionUrl, sleeper, once } = result;
  console.log(`\nn8n has started ${requests.length === 1 ? 'one Request' : `${requests.length} Requests`}:`);
  for (const { id, caseNumber, status, processName, url } of requests) {
    console.log(`  ${processName}: Request ${id}, case ${caseNumber}, ${status}  ${url}`);
  }
  if (once) return;
  console.log(`
n8n           ${n8n.url}
  sign in     ${owner.email} / ${owner.password}
  this run    ${executionUrl}
ProcessMaker  ${instance.url}`);
  if (sleeper) console.log(nextSteps(instance, sleeper));
  console.log('\nBoth keep running. Press Ctrl-C to stop.');
}

function nextSteps({ url, token }: Result['instance'], { executionUrl, taskUrl }: Sleeper): string {
  return `  token       ${token}

Try next:
  1. Open ${url}: a stand-in for ProcessMaker, with processes, Tasks and Requests. Complete a Task.
  2. Wake n8n. A workflow sleeps until a process calls it: ${executionUrl}
     Complete its Task: ${taskUrl}
     Its process then calls n8n. Open the execution again: it has gone on.
  3. Open an example: n8n has all of them, and 'Wake workflows that wait for a Request' is published, so that
     'Request to Finish, Sleeping' works. It has the credential 'ProcessMaker administrator', whose user sees
     the Requests of all users. One Task is overdue: see 'Tell a chat about overdue Tasks'.
  4. Build your own. In a new workflow of n8n, add the node ProcessMaker and choose 'Start request'. The
     credential 'ProcessMaker account' is there already.
After the sign-in n8n shows its Assistant: choose the house on the left, 'Overview', to see the workflows.
The next demo shows the Requests of this one. n8n starts empty: download the workflows that you want to keep.`;
}

import type { IDataObject } from 'n8n-workflow';

import type { Owner } from './n8nClient';

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
  instance: { url: string };
  executionUrl: string;
  once: boolean;
}

/** Prints what was started and, when it keeps running, where to look and how to stop. */
export function report(result: Result): void {
  const { requests, owner, n8n, instance, executionUrl, once } = result;
  console.log(`\nn8n has started ${requests.length === 1 ? 'one Request' : `${requests.length} Requests`}:`);
  for (const { id, caseNumber, status, processName, url } of requests) {
    console.log(`  ${processName}: Request ${id}, case ${caseNumber}, ${status}  ${url}`);
  }
  if (once) return;
  console.log(`
n8n           ${n8n.url}
  sign in     ${owner.email} / ${owner.password}
  this run    ${executionUrl}
ProcessMaker  ${instance.url}

Both keep running. Press Ctrl-C to stop.`);
}

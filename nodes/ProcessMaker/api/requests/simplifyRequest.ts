import type { IDataObject } from 'n8n-workflow';

import { isObject, objectsIn } from '../../guards';

/** A Request as ProcessMaker's API gives it, as far as it is relied on. */
export interface ApiRequest extends IDataObject {
  id: number;
  status: string;
}

/** Whether an answer's body is a Request. */
export function isApiRequest(body: unknown): body is ApiRequest {
  return isObject(body) && Number.isInteger(body.id) && typeof body.status === 'string';
}

/** The ten fields that matter to most workflows, and the data where it was asked for. */
export function simplifyRequest(request: ApiRequest, instanceUrl: string): IDataObject {
  const process = [request.process, request.process_version].find(isObject);
  const [task] = objectsIn(request.active_tasks);
  return {
    id: request.id,
    caseNumber: request.case_number ?? null,
    status: request.status,
    name: request.name ?? null,
    processId: request.process_id ?? null,
    processName: process?.name ?? null,
    startedAt: request.initiated_at ?? null,
    completedAt: request.completed_at ?? null,
    activeTask: task ? { id: task.id, name: task.element_name } : null,
    url: requestUrl(request.id, instanceUrl),
    ...('data' in request && { data: request.data }),
  };
}

/** The page of a Request in ProcessMaker. */
export function requestUrl(id: number, instanceUrl: string): string {
  // Joined at once: a template leaves its parts in memory next to the text.
  return [instanceUrl, 'requests', id].join('/');
}

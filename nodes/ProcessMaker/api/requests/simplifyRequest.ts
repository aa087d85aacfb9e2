import type { IDataObject } from 'n8n-workflow';

import { asText, isObject, objectsIn } from '../../guards';
import { withoutSignature } from '../shownData';
import type { ApiRequest } from './requests';

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

/** Where and why ProcessMaker's engine stopped a Request: ` at "Task" (node_2): message`; empty when it did not. */
export function engineReason(request: ApiRequest): string {
  const [engineError = {}] = objectsIn(request.errors);
  const elementId = asText(engineError.element_id);
  const element = elementId && ` at "${asText(engineError.element_name)}" (${elementId})`;
  const reason = withoutSignature(asText(engineError.message));
  return element + (reason && `: ${reason}`);
}

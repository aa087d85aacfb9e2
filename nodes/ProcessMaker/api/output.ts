import type { IDataObject } from 'n8n-workflow';

import { objectsIn, readByPath, setByPath } from '../guards';
import { withShownData } from './requests/hiddenKey';
import { type ApiRequest, isBeingRetried, simplifyRequest } from './requests/requests';
import { type ApiTask, simplifyTask } from './tasks/tasks';

/** What an item asks for: the simplified output, the raw one, or the fields with these names. */
export type Simplify = boolean | string[];

/** What of its Request an item asks for. */
export interface RequestOutput {
  /** Names that ProcessMaker's `include` knows. */
  includes: string[];
  simplify: Simplify;
  includeTasks: boolean;
}

/** What of its Tasks an item asks for. */
export interface TaskOutput {
  includeData: boolean;
  simplify: Simplify;
}

/** The JSON of an item for an object of ProcessMaker. */
export function outputJson(raw: IDataObject, simplify: Simplify, simplified: IDataObject): IDataObject {
  if (!Array.isArray(simplify)) return simplify ? simplified : raw;
  const json: IDataObject = {};
  // In this order a whole object comes before a part of it, which is then there.
  for (const name of ['id', 'retrying', ...simplify].sort()) {
    const value = readByPath({ ...raw, ...simplified }, name);
    if (value !== undefined) setByPath(json, name, value);
  }
  return json;
}

/** The JSON of an item for a Request. */
export function requestJson(found: ApiRequest, output: RequestOutput, instanceUrl: string): IDataObject {
  const shown = withShownData(found);
  // Its status alone would read as if it had come to an end.
  const request = isBeingRetried(found) ? { ...shown, retrying: true as const } : shown;
  const { simplify } = output;
  if (simplify === false) return request;
  const simplified = {
    ...simplifyRequest(request, instanceUrl),
    ...('retrying' in request && { retrying: request.retrying }),
    ...(request.retrying === true && { status: null }),
    ...(output.includes.includes('participants') && {
      participants: objectsIn(request.participants).map(({ id, fullname: name, username, email }) => {
        return { id, name, username, email };
      }),
    }),
    ...(output.includeTasks && {
      tasks: objectsIn(request.active_tasks).map(({ id, element_name: name, status, user_id: userId }) => {
        return { id, name, status, userId };
      }),
    }),
  };
  return simplify === true ? simplified : outputJson(request, simplify, simplified);
}

/** The JSON of an item for a Task. */
export function taskJson(task: ApiTask, { simplify }: TaskOutput, instanceUrl: string): IDataObject {
  const shown = withShownData(task);
  return outputJson(shown, simplify, simplifyTask(shown, instanceUrl));
}

import type { RequestRow } from '../database/rows';
import { FIRED_TIMER, type FlowElement } from '../flow/definition';
import { serverError } from '../http/errors';
import type { Instance } from '../instance';
import type { JsonObject } from '../types';
import { beginningOf, withoutActivityData, withoutReserved } from './activity-data';
import { applyStep, type Call } from './apply-step';
import { beginRequest, type Start } from './begin';
import {
  activeTokens,
  closeInterrupted,
  closeToken,
  findProcess,
  findRequest,
  findToken,
  findUser,
  requestData,
  saveData,
  updateRequest,
  updateToken,
} from './store';

/** Starts a Request, with the sub-processes that it reaches at once. Returns its id. */
export async function startRequest(instance: Instance, start: Start): Promise<number> {
  const { id, calls } = await beginRequest(instance, start);
  await startCalls(instance, id, calls);
  return id;
}

/** Completes what waits at a token: the data is merged, and the flow goes on. False: nothing waited there. */
export async function completeToken(instance: Instance, tokenId: number, data: JsonObject): Promise<boolean> {
  return await leaveToken(instance, tokenId, data, false);
}

/** Ends a task by its timer: the flow goes on behind the timer. False: it was not open any more. */
export async function interruptToken(instance: Instance, tokenId: number): Promise<boolean> {
  return await leaveToken(instance, tokenId, {}, true);
}

async function leaveToken(
  instance: Instance,
  tokenId: number,
  data: JsonObject,
  byTimer: boolean,
): Promise<boolean> {
  const requestId = findToken(instance, tokenId)?.process_request_id;
  if (requestId === undefined) return false;
  const calls = await instance.steps.run(requestId, () => goOn(instance, tokenId, data, byTimer));
  if (calls === undefined) return false;
  await startCalls(instance, requestId, calls);
  await returnToParent(instance, requestId);
  return true;
}

async function goOn(
  instance: Instance,
  tokenId: number,
  data: JsonObject,
  byTimer: boolean,
): Promise<Call[] | undefined> {
  const token = findToken(instance, tokenId);
  const request = token && findRequest(instance, token.process_request_id);
  const process = request && findProcess(instance, request.process_id);
  if (!token || !request || !process) return undefined;
  if (token.status !== 'ACTIVE' && token.status !== 'FAILING') return undefined;
  const isActivity = token.element_type !== 'event';
  const before = requestData(request);
  const kept = isActivity
    ? withoutActivityData(before, ...(token.element_type === 'callActivity' ? ['_parent'] : []))
    : before;
  // What comes with an event is taken as it is.
  const merged = { ...kept, ...(isActivity ? withoutReserved(data) : data) };
  const definition = await instance.definitions.definition(process.bpmn);
  const flow = await instance.definitions.flow(process.bpmn, request.start_event);
  const timer = byTimer ? definition.elements.get(token.element_id)?.timer : undefined;
  const values = timer ? { ...merged, [FIRED_TIMER]: timer.id } : merged;
  const step =
    request.flow_state === null ? undefined : await flow.resume(request.flow_state, token.element_id, values);
  return instance.database.transaction(() => {
    if (timer) closeInterrupted(instance, tokenId);
    else closeToken(instance, tokenId);
    saveData(instance, request.id, merged);
    // Whatever has failed: when an activity is completed, the Request goes on.
    if (isActivity && request.status === 'ERROR') updateRequest(instance, request.id, { status: 'ACTIVE' });
    return step === undefined ? [] : applyStep(instance, request, definition, step);
  });
}

/** Starts the sub-processes that a step has reached, and goes on behind those that end at once. */
async function startCalls(instance: Instance, requestId: number, calls: Call[]): Promise<void> {
  for (const { tokenId, element } of calls) {
    const parent = findRequest(instance, requestId);
    if (parent === undefined) return;
    await startChild(instance, parent, tokenId, element);
  }
}

/** Starts the sub-process of a call activity; it gets the parent's whole data. */
async function startChild(
  instance: Instance,
  parent: RequestRow,
  tokenId: number,
  element: FlowElement,
): Promise<void> {
  const config = JSON.parse(element.properties['config'] ?? '{}') as {
    processId?: number;
    startEvent?: string;
  };
  const process = findProcess(instance, config.processId ?? 0);
  const user = findUser(instance, parent.user_id);
  if (process === undefined || user === undefined || config.startEvent === undefined) throw serverError();
  const collaboration =
    parent.process_collaboration_id ??
    instance.database.run('INSERT INTO process_collaborations DEFAULT VALUES');
  updateRequest(instance, parent.id, { process_collaboration_id: collaboration });
  const before = requestData(parent);
  const data: JsonObject = {
    ...before,
    _request: {
      ...(before['_request'] as JsonObject),
      signal_events: [],
      ...beginningOf(instance, parent),
    },
    _parent: {
      config,
      node_id: element.id,
      process_id: parent.process_id,
      request_id: parent.id,
    },
  };
  const childId = await startRequest(instance, {
    process,
    startEvent: config.startEvent,
    user,
    data,
    parent: { ...parent, process_collaboration_id: collaboration },
  });
  updateToken(instance, tokenId, {
    subprocess_request_id: childId,
    subprocess_start_event_id: config.startEvent,
  });
  await returnToParent(instance, childId);
}

/** When a sub-process has ended or was canceled: gives its data back and goes on behind the call activity. */
export async function returnToParent(instance: Instance, childId: number): Promise<void> {
  const child = findRequest(instance, childId);
  if (child === undefined || child.parent_request_id === null) return;
  if (child.status !== 'COMPLETED' && child.status !== 'CANCELED') return;
  const token = activeTokens(instance, child.parent_request_id).find(
    (candidate) => candidate.subprocess_request_id === childId,
  );
  if (token === undefined) return;
  await completeToken(instance, token.id, requestData(child));
}

import type { RequestRow } from '../database/rows';
import { toSqlTime } from '../database/time';
import type { Definition, FlowElement } from '../flow/definition';
import type { FlowStep } from '../flow/run';
import type { Instance } from '../instance';
import { assignee, AssignmentError, groupIds, userIds } from './assignment';
import { endRequest, failRequest } from './finish';
import { insertToken, openTokens, updateRequest } from './store';

const TASK_TYPES = ['task', 'userTask', 'manualTask'];
/** Elements at which a script runs. */
export const SCRIPT_TYPES = ['scriptTask', 'serviceTask'];
const HOURS_TO_DO = 72;
/** What a task without a form shows. */
const DEFAULT_SCREEN = 1;

/** A call activity that was reached. */
export interface Call {
  tokenId: number;
  element: FlowElement;
}

/** Writes down where the flow stands, and returns the call activities that have to be started now. */
export function applyStep(
  instance: Instance,
  request: RequestRow,
  definition: Definition,
  step: FlowStep,
): Call[] {
  const calls: Call[] = [];
  const known = new Set(openTokens(instance, request.id).map((token) => token.element_id));
  const reached = step.waiting.filter((id) => !known.has(id));
  updateRequest(instance, request.id, {
    flow_state: step.state,
    ...(reached.length === 0 ? {} : { signal_events: '[]' }),
  });
  for (const id of reached) {
    const element = definition.elements.get(id);
    if (element === undefined) continue;
    const token = {
      element_id: id,
      element_type: element.type,
      element_name: element.name,
      status: 'ACTIVE' as const,
    };
    if (TASK_TYPES.includes(element.type)) {
      try {
        insertTask(instance, request, element, token);
      } catch (error) {
        if (!(error instanceof AssignmentError)) throw error;
        updateRequest(instance, request.id, { signal_events: request.signal_events });
        const failing = insertToken(instance, request, {
          ...token,
          status: 'FAILING',
          user_id: null,
          screen_id: screenOf(element),
        });
        failRequest(instance, request.id, error.message, { ...token, id: failing });
        return [];
      }
      continue;
    }
    if (SCRIPT_TYPES.includes(element.type)) {
      instance.scripts.add(insertScript(instance, request, token));
      continue;
    }
    const type = element.type === 'intermediateCatchEvent' ? 'event' : element.type;
    const tokenId = insertToken(instance, request, { ...token, element_type: type, user_id: null });
    if (element.type === 'callActivity') calls.push({ tokenId, element });
  }
  if (step.ended) endRequest(instance, request.id, 'COMPLETED');
  return calls;
}

type NewToken = { element_id: string; element_type: string; element_name: string; status: 'ACTIVE' };

/** Until when work has to be done. */
function dueTime(instance: Instance, hours: number): string {
  return toSqlTime(new Date(instance.now().getTime() + hours * 3_600_000));
}

const screenOf = (element: FlowElement): number => Number(element.properties['screenRef'] ?? DEFAULT_SCREEN);

function insertScript(instance: Instance, request: RequestRow, token: NewToken): number {
  return insertToken(instance, request, {
    ...token,
    user_id: null,
    self_service_groups: '[]',
    due_at: dueTime(instance, HOURS_TO_DO),
  });
}

function insertTask(instance: Instance, request: RequestRow, element: FlowElement, token: NewToken): void {
  const userId = assignee(instance, element, request);
  insertToken(instance, request, {
    ...token,
    user_id: userId,
    is_self_service: userId === null ? 1 : 0,
    self_service_groups: JSON.stringify(
      userId === null ? { users: userIds(element), groups: groupIds(element) } : [],
    ),
    screen_id: screenOf(element),
    due_at: dueTime(instance, Number(element.properties['dueIn'] ?? HOURS_TO_DO)),
  });
}

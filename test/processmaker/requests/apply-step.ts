import type { RequestRow } from '../database/rows';
import { toSqlTime } from '../database/time';
import type { Definition, FlowElement } from '../flow/definition';
import type { FlowStep } from '../flow/run';
import type { Instance } from '../instance';
import { addActivityData } from './activity-data';
import { assignee, AssignmentError, groupIds, userIds } from './assignment';
import { endRequest, failRequest } from './finish';
import { insertToken, openTokens, updateRequest } from './store';
import { setTimer } from './timer';

/** What a person completes. */
export const TASK_TYPES = ['task', 'userTask', 'manualTask'];
/** Elements at which a script runs. */
export const SCRIPT_TYPES = ['scriptTask', 'serviceTask'];
/** What leaves a token where it waits; a gateway that waits for its other branches does not. */
const WAITING_TYPES = [...TASK_TYPES, ...SCRIPT_TYPES, 'callActivity', 'intermediateCatchEvent'];
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
  const elements = (ids: string[]): FlowElement[] => ids.flatMap((id) => definition.elements.get(id) ?? []);
  const reached = elements(step.waiting.filter((id) => !known.has(id))).filter(({ type }) =>
    WAITING_TYPES.includes(type),
  );
  updateRequest(instance, request.id, { flow_state: step.state });
  for (const element of elements(step.passed)) insertPassed(instance, request, element);
  for (const element of reached) {
    try {
      const tokenId = insertReached(instance, request, element);
      if (element.type === 'callActivity') calls.push({ tokenId, element });
    } catch (error) {
      if (!(error instanceof AssignmentError)) throw error;
      failAssignment(instance, request, element, error.message);
      return [];
    }
  }
  if (reached.length > 0) {
    const signals = elements(step.waiting).flatMap(({ signalRefs }) => signalRefs);
    updateRequest(instance, request.id, { signal_events: JSON.stringify(signals) });
  }
  if (step.ended) endRequest(instance, request.id, 'COMPLETED');
  return calls;
}

/** Until when work has to be done. */
function dueTime(instance: Instance, hours: number): string {
  return toSqlTime(new Date(instance.now().getTime() + hours * 3_600_000));
}

const screenOf = (element: FlowElement): number => Number(element.properties['screenRef'] ?? DEFAULT_SCREEN);

const tokenAt = ({ id, type, name }: FlowElement) => ({
  element_id: id,
  element_type: type,
  element_name: name,
  status: 'ACTIVE' as const,
  user_id: null,
});

/** What needs nobody leaves a token behind, which only an administrator sees. */
function insertPassed(instance: Instance, request: RequestRow, element: FlowElement): void {
  insertToken(instance, request, {
    ...tokenAt(element),
    element_type: element.type === 'endEvent' ? 'end_event' : 'gateway',
    status: 'CLOSED',
    completed_at: instance.sqlNow(),
  });
}

function insertReached(instance: Instance, request: RequestRow, element: FlowElement): number {
  const token = tokenAt(element);
  if (element.type === 'intermediateCatchEvent')
    return insertToken(instance, request, { ...token, element_type: 'event' });
  const userId = SCRIPT_TYPES.includes(element.type) ? null : assignee(instance, element, request);
  addActivityData(instance, request, userId);
  const due_at = dueTime(instance, Number(element.properties['dueIn'] ?? HOURS_TO_DO));
  const activity = { ...token, user_id: userId, self_service_groups: '[]', due_at };
  if (TASK_TYPES.includes(element.type)) return insertTask(instance, request, element, activity);
  const id = insertToken(instance, request, activity);
  if (SCRIPT_TYPES.includes(element.type)) instance.scripts.add(id);
  return id;
}

function insertTask(
  instance: Instance,
  request: RequestRow,
  element: FlowElement,
  token: Parameters<typeof insertToken>[2],
): number {
  const isOffered = token.user_id === null;
  const id = insertToken(instance, request, {
    ...token,
    is_self_service: isOffered ? 1 : 0,
    self_service_groups: JSON.stringify(
      isOffered ? { users: userIds(element), groups: groupIds(element) } : [],
    ),
    screen_id: screenOf(element),
  });
  setTimer(instance, id, request.id, element.timer);
  return id;
}

/** A task that nobody can be given. */
function failAssignment(
  instance: Instance,
  request: RequestRow,
  element: FlowElement,
  message: string,
): void {
  const token = tokenAt(element);
  const id = insertToken(instance, request, {
    ...token,
    status: 'FAILING',
    screen_id: screenOf(element),
  });
  failRequest(instance, request.id, message, { ...token, id });
}

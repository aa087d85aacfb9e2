import { DateTime } from 'luxon';
import type { TokenRow, TokenStatus } from '../database/rows';
import { toApiTime } from '../database/time';
import type { Json, JsonObject } from '../types';

/** The part of a task's time after which it counts as at risk. */
const RISK = 0.7;

const ADVANCE: Readonly<Partial<Record<TokenStatus, string>>> = {
  CLOSED: 'completed',
  TRIGGERED: 'triggered',
};

/** A task's own columns. */
export function taskJson(task: TokenRow): JsonObject {
  return {
    id: task.id,
    uuid: task.uuid,
    user_id: task.user_id,
    process_id: task.process_id,
    process_request_id: task.process_request_id,
    subprocess_request_id: task.subprocess_request_id,
    element_id: task.element_id,
    element_type: task.element_type,
    element_name: task.element_name,
    status: task.status,
    element_index: 0,
    subprocess_start_event_id: task.subprocess_start_event_id,
    completed_at: toApiTime(task.completed_at),
    due_at: toApiTime(task.due_at),
    due_notified: 0,
    initiated_at: toApiTime(task.initiated_at),
    riskchanges_at: toApiTime(riskTime(task)),
    created_at: toApiTime(task.created_at),
    updated_at: toApiTime(task.updated_at),
    version_id: task.screen_id,
    version_type: task.screen_id === null ? null : 'ProcessMaker\\Models\\ScreenVersion',
    is_self_service: task.is_self_service,
    self_service_groups:
      task.self_service_groups === null ? null : (JSON.parse(task.self_service_groups) as Json),
    token_properties: JSON.parse(task.token_properties) as Json,
    is_priority: false,
    is_actionbyemail: false,
    is_emailsent: false,
    created_at_ms: toApiTime(task.created_at),
    completed_at_ms: toApiTime(task.completed_at),
    advanceStatus: ADVANCE[task.status] ?? 'open',
  };
}

function riskTime(task: TokenRow): string | null {
  if (task.due_at === null) return null;
  const created = DateTime.fromSQL(task.created_at, { zone: 'utc' });
  const due = DateTime.fromSQL(task.due_at, { zone: 'utc' });
  return created.plus(due.diff(created).toMillis() * RISK).toFormat('yyyy-MM-dd HH:mm:ss');
}

import type { TokenRow } from '../database/rows';
import { toApiTime } from '../database/time';
import type { JsonObject } from '../types';

/** A task. */
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
    completed_at: toApiTime(task.completed_at),
    due_at: toApiTime(task.due_at),
    created_at: toApiTime(task.created_at),
    updated_at: toApiTime(task.updated_at),
    is_self_service: task.is_self_service,
    advanceStatus: task.status === 'CLOSED' ? 'completed' : 'open',
  };
}

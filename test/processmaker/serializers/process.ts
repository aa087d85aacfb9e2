import type { CategoryRow, ProcessRow } from '../database/rows';
import { toApiTime } from '../database/time';
import type { JsonObject } from '../types';

function common(process: ProcessRow): JsonObject {
  return {
    user_id: process.user_id,
    description: process.description,
    name: process.name,
    cancel_screen_id: null,
    request_detail_screen_id: null,
    status: process.status,
    is_valid: 1,
    package_key: null,
    pause_timer_start: 0,
    deleted_at: null,
    updated_by: process.user_id,
    start_events: startEventsOf(process),
    warnings: null,
    self_service_tasks: [],
    signal_events: JSON.parse(process.signal_events) as string[],
    conditional_events: [],
    properties: null,
    is_template: 0,
    case_title: null,
    launchpad_properties: null,
    asset_type: null,
    alternative: 'A',
  };
}

/** The start events of a process as the API shows them. */
export function startEventsOf(process: ProcessRow): JsonObject[] {
  return JSON.parse(process.start_events) as JsonObject[];
}

/** Whether a start event has a definition of that type. */
export function hasEventDefinition(event: JsonObject, type?: string): boolean {
  const definitions = event['eventDefinitions'] as JsonObject[];
  return type === undefined ? definitions.length > 0 : definitions.some((one) => one['$type'] === type);
}

/** A process. */
export function processJson(process: ProcessRow): JsonObject {
  return {
    id: process.id,
    uuid: process.uuid,
    process_category_id: String(process.process_category_id),
    ...common(process),
    created_at: toApiTime(process.created_at),
    updated_at: toApiTime(process.updated_at),
    has_timer_start_events: startEventsOf(process).some((event) =>
      hasEventDefinition(event, 'timerEventDefinition'),
    ),
    projects: '[]',
  };
}

const NOTICES = { started: false, canceled: false, completed: false, error: false, comment: false };

/** A process as those who manage it see it. */
export function managedProcessJson(process: ProcessRow): JsonObject {
  return {
    ...processJson(process),
    notifications: { requester: NOTICES, assignee: NOTICES, participants: NOTICES, manager: NOTICES },
    task_notifications: {},
    manager_id: null,
  };
}

/** The version of a process with which a Request runs. */
export function processVersionJson(process: ProcessRow): JsonObject {
  return {
    id: process.version_id,
    process_id: process.id,
    process_category_id: process.process_category_id,
    draft: 0,
    ...common(process),
    created_at: process.created_at,
    updated_at: process.updated_at,
  };
}

/** A category of processes. */
export function categoryJson(category: CategoryRow): JsonObject {
  return {
    id: category.id,
    uuid: category.uuid,
    name: category.name,
    status: category.status,
    is_system: 0,
    created_at: toApiTime(category.created_at),
    updated_at: toApiTime(category.updated_at),
  };
}

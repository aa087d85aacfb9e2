import type { RequestRow } from '../database/rows';
import { toStoredJson } from '../data/normalise';
import { toApiTime } from '../database/time';
import type { Json, JsonObject } from '../types';

const json = (text: string | null): Json => (text === null ? null : (JSON.parse(text) as Json));

/** A Request's own columns. */
export function requestJson(request: RequestRow): JsonObject {
  return {
    id: request.id,
    uuid: request.uuid,
    process_id: request.process_id,
    process_collaboration_id: request.process_collaboration_id,
    collaboration_uuid: request.collaboration_uuid,
    user_id: request.user_id,
    parent_request_id: request.parent_request_id,
    participant_id: request.participant_id,
    callable_id: request.callable_id,
    status: request.status,
    name: request.name,
    do_not_sanitize: json(request.do_not_sanitize),
    // A start responds with them as the engine has made them, in another order.
    errors: request.errors === null ? null : json(toStoredJson(json(request.errors))),
    completed_at: toApiTime(request.completed_at),
    initiated_at: toApiTime(request.initiated_at),
    created_at: toApiTime(request.created_at),
    updated_at: toApiTime(request.updated_at),
    process_version_id: request.process_version_id,
    signal_events: json(request.signal_events),
    case_title: request.case_title,
    case_number: request.case_number,
    case_title_formatted: request.case_title_formatted,
  };
}

/** A Request as it was when it was made: what its data keeps under `_request`, and what a start responds with first. */
export function requestSnapshot(request: RequestRow): JsonObject {
  return {
    callable_id: request.callable_id,
    collaboration_uuid: request.collaboration_uuid,
    process_id: request.process_id,
    process_version_id: request.process_version_id,
    user_id: request.user_id,
    name: request.name,
    status: request.status,
    initiated_at: toApiTime(request.initiated_at),
    do_not_sanitize: [],
    case_title: request.case_title,
    case_title_formatted: request.case_title_formatted,
    uuid: request.uuid,
    updated_at: toApiTime(request.updated_at),
    created_at: toApiTime(request.created_at),
    id: request.id,
    case_number: request.case_number,
  };
}

/** The response to a start: only what was set while it ran, with the relations that the engine happened to load. */
export function startedRequestJson(request: RequestRow): JsonObject {
  return {
    ...requestSnapshot(request),
    ...(request.parent_request_id === null ? {} : { parent_request_id: request.parent_request_id }),
    ...(request.errors === null ? {} : { errors: json(request.errors) }),
    ...(request.completed_at === null ? {} : { completed_at: toApiTime(request.completed_at) }),
    ...(request.signal_events === null ? {} : { signal_events: json(request.signal_events) }),
    ...(request.process_collaboration_id === null
      ? {}
      : { process_collaboration_id: request.process_collaboration_id }),
  };
}

import type { IDataObject } from 'n8n-workflow';

/** A Request as the model keeps it. Times are in milliseconds since 1970. */
export interface RequestRow {
  id: number;
  processId: number;
  parentId: number | null;
  userId: number;
  status: 'ACTIVE' | 'COMPLETED' | 'ERROR' | 'CANCELED';
  data: IDataObject;
  /** Empty from a retry on, null before the first failure. */
  errors: Array<{ message: string; element_id: string; created_at: string }> | null;
  startedAt: number;
  endedAt: number | null;
  /** From when on it can be read: a commit may come later than its id suggests. */
  visibleAt: number;
}

export interface TaskRow {
  id: number;
  requestId: number;
  userId: number;
  status: 'ACTIVE' | 'CLOSED';
  /** Completions that have begun and have not ended. */
  atWork: number;
  endedAt: number | null;
  elementId: string;
  elementType: string;
}

export interface FileRow {
  id: number;
  requestId: number;
  variable: string;
  name: string;
  mimeType: string;
  content: Buffer;
  createdAt: number;
}

const DUE_AFTER_MS = 3 * 24 * 3600_000;
const ZONE = '+00:00';

/** A time as ProcessMaker writes it, to the second. */
export const toTime = (milliseconds: number | null): string | null =>
  milliseconds === null ? null : new Date(milliseconds).toISOString().replace(/\.\d+Z$/, ZONE);

export function showRequest(row: RequestRow): IDataObject {
  return {
    id: row.id,
    process_id: row.processId,
    process_version_id: row.processId,
    user_id: row.userId,
    parent_request_id: row.parentId,
    status: row.status,
    name: `Process ${row.processId}`,
    case_number: row.id,
    case_title: `Process ${row.processId}`,
    errors: row.errors,
    initiated_at: toTime(row.startedAt),
    created_at: toTime(row.startedAt),
    completed_at: toTime(row.endedAt),
  };
}

/** The data as `include=data` shows it: fields that begin with an underscore are hidden. */
export function shownData({ data }: RequestRow): IDataObject | [] {
  const shown = Object.entries(data).filter(([name]) => !name.startsWith('_'));
  return shown.length === 0 ? [] : Object.fromEntries(shown);
}

export function showTask(row: TaskRow, request: RequestRow): IDataObject {
  return {
    id: row.id,
    process_id: request.processId,
    process_request_id: row.requestId,
    user_id: row.userId,
    element_id: row.elementId,
    element_name: row.elementId,
    element_type: row.elementType,
    status: row.status,
    initiated_at: null,
    completed_at: toTime(row.endedAt),
    due_at: toTime(request.startedAt + DUE_AFTER_MS),
    user: { id: row.userId, fullname: `User ${row.userId}` },
    process: { id: request.processId, name: `Process ${request.processId}` },
    process_request: showRequest(request),
  };
}

export function showFile(row: FileRow): IDataObject {
  return {
    id: row.id,
    model_id: row.requestId,
    file_name: row.name,
    mime_type: row.mimeType,
    size: row.content.length,
    created_at: toTime(row.createdAt),
    custom_properties: { data_name: row.variable, createdBy: 3 },
  };
}

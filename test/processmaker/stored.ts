import type { FileRow, RequestRow, TokenRow } from './database/rows';
import { toApiTime } from './database/time';
import { requestData } from './requests/store';
import type { StoredFile, StoredRequest, StoredTask } from './types';

/** A Request for tests. */
export function toStoredRequest(row: RequestRow): StoredRequest {
  return {
    id: row.id,
    caseNumber: row.case_number,
    processId: row.process_id,
    processName: row.name,
    userId: row.user_id,
    status: row.status,
    data: requestData(row),
    parentRequestId: row.parent_request_id,
    initiatedAt: toApiTime(row.initiated_at),
    completedAt: toApiTime(row.completed_at),
  };
}

/** A task for tests. */
export function toStoredTask(row: TokenRow): StoredTask {
  return {
    id: row.id,
    requestId: row.process_request_id,
    elementId: row.element_id,
    elementName: row.element_name ?? '',
    elementType: row.element_type,
    userId: row.user_id,
    status: row.status,
    dueAt: toApiTime(row.due_at),
    completedAt: toApiTime(row.completed_at),
  };
}

/** A file for tests. */
export function toStoredFile(row: FileRow): StoredFile {
  return {
    id: row.id,
    requestId: row.process_request_id,
    fileName: row.file_name,
    dataName: row.data_name,
    content: Buffer.from(row.content, 'base64'),
  };
}

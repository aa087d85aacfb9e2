/** How the columns of a Request compare. */
export type ColumnType = 'number' | 'text' | 'time' | 'json';

export const REQUEST_COLUMNS: Readonly<Record<string, ColumnType>> = {
  id: 'number',
  uuid: 'text',
  process_id: 'number',
  process_version_id: 'number',
  process_collaboration_id: 'number',
  collaboration_uuid: 'text',
  user_id: 'number',
  parent_request_id: 'number',
  participant_id: 'number',
  callable_id: 'text',
  status: 'text',
  name: 'text',
  case_title: 'text',
  case_title_formatted: 'text',
  case_number: 'number',
  data: 'json',
  do_not_sanitize: 'json',
  errors: 'json',
  signal_events: 'json',
  initiated_at: 'time',
  completed_at: 'time',
  created_at: 'time',
  updated_at: 'time',
};

/** Field names of PMQL that mean a column of another name. */
export const FIELD_ALIASES: Readonly<Record<string, string>> = {
  created: 'created_at',
  modified: 'updated_at',
  started: 'initiated_at',
  completed: 'completed_at',
};

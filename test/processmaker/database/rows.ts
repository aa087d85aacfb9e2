export type ProcessStatus = 'ACTIVE' | 'INACTIVE' | 'ARCHIVED';

export type RequestStatus = 'ACTIVE' | 'COMPLETED' | 'ERROR' | 'CANCELED';

/** `TRIGGERED`: the start event of a Request. */
export type TokenStatus = 'ACTIVE' | 'COMPLETED' | 'CLOSED' | 'FAILING' | 'TRIGGERED';

export type UserRow = {
  id: number;
  uuid: string;
  username: string;
  email: string;
  firstname: string;
  lastname: string;
  status: string;
  timezone: string;
  is_administrator: number;
  created_at: string;
  updated_at: string;
};

export type CategoryRow = {
  id: number;
  uuid: string;
  name: string;
  status: string;
  created_at: string;
  updated_at: string;
};

export type ScreenRow = {
  id: number;
  uuid: string;
  title: string;
  description: string;
  config: string;
  created_at: string;
  updated_at: string;
};

export type ProcessRow = {
  id: number;
  uuid: string;
  process_category_id: number;
  user_id: number;
  name: string;
  description: string;
  status: ProcessStatus;
  /** 1: made by the server itself. */
  is_system: number;
  bpmn: string;
  callable_id: string;
  start_events: string;
  signal_events: string;
  version_id: number;
  created_at: string;
  updated_at: string;
};

export type RequestRow = {
  id: number;
  uuid: string;
  process_id: number;
  process_version_id: number;
  process_collaboration_id: number | null;
  collaboration_uuid: string | null;
  user_id: number;
  parent_request_id: number | null;
  participant_id: number | null;
  callable_id: string;
  status: RequestStatus;
  name: string;
  case_title: string;
  case_title_formatted: string;
  case_number: number;
  data: string;
  do_not_sanitize: string;
  errors: string | null;
  signal_events: string | null;
  initiated_at: string;
  completed_at: string | null;
  created_at: string;
  updated_at: string;
  start_event: string;
  flow_state: string | null;
};

export type TokenRow = {
  id: number;
  uuid: string;
  process_request_id: number;
  process_id: number;
  user_id: number | null;
  subprocess_request_id: number | null;
  subprocess_start_event_id: string | null;
  element_id: string;
  element_type: string;
  element_name: string | null;
  status: TokenStatus;
  is_self_service: number;
  /** JSON: who may take the task. */
  self_service_groups: string | null;
  /** JSON */
  token_properties: string;
  screen_id: number | null;
  due_at: string | null;
  /** Only the token of a start event has one. */
  initiated_at: string | null;
  completed_at: string | null;
  created_at: string;
  updated_at: string;
};

export type CommentRow = {
  id: number;
  /** The comment that it replies to, which need not exist; 0 for none. */
  parent_id: number;
  /** Missing where the server itself has noted something. */
  user_id: number | null;
  commentable_type: string;
  commentable_id: number;
  subject: string;
  body: string;
  /** 1: only administrators see it. */
  hidden: number;
  /** `MESSAGE` or `LOG`: anybody who may see the Request can write either. */
  type: string;
  case_number: number;
  created_at: string;
};

export type FileRow = {
  id: number;
  uuid: string;
  process_request_id: number;
  /** What it was called, without its ending. */
  name: string;
  file_name: string;
  data_name: string;
  mime_type: string;
  size: number;
  /** Base64. */
  content: string;
  created_by: number;
  updated_by: number;
  created_at: string;
};

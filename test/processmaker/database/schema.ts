/** Tables of the stand-in. Times are UTC, `YYYY-MM-DD HH:MM:SS`; JSON is kept as text. */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS users (
  id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, username TEXT NOT NULL, password TEXT NOT NULL, email TEXT NOT NULL,
  firstname TEXT NOT NULL, lastname TEXT NOT NULL, status TEXT NOT NULL, timezone TEXT NOT NULL,
  is_administrator INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS group_members (group_id INTEGER NOT NULL, user_id INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS user_permissions (user_id INTEGER NOT NULL, permission TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS access_tokens (
  token TEXT PRIMARY KEY, name TEXT NOT NULL, user_id INTEGER, client_id TEXT, calls_left INTEGER,
  revoked INTEGER NOT NULL DEFAULT 0, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS refresh_tokens (
  token TEXT PRIMARY KEY, access_token TEXT NOT NULL, client_id TEXT NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS oauth_clients (
  id TEXT PRIMARY KEY, secret TEXT NOT NULL, name TEXT NOT NULL, redirect_uris TEXT NOT NULL, grants TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS auth_codes (
  code TEXT PRIMARY KEY, client_id TEXT NOT NULL, user_id INTEGER NOT NULL, redirect_uri TEXT NOT NULL,
  used INTEGER NOT NULL DEFAULT 0, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS process_categories (
  id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS screens (
  id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL, config TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS processes (
  id INTEGER PRIMARY KEY, uuid TEXT NOT NULL, process_category_id INTEGER NOT NULL, user_id INTEGER NOT NULL,
  name TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL, is_system INTEGER NOT NULL, bpmn TEXT NOT NULL,
  callable_id TEXT NOT NULL, start_events TEXT NOT NULL, signal_events TEXT NOT NULL, version_id INTEGER NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS process_requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, process_id INTEGER NOT NULL,
  process_version_id INTEGER NOT NULL, process_collaboration_id INTEGER, collaboration_uuid TEXT,
  user_id INTEGER NOT NULL, parent_request_id INTEGER, participant_id INTEGER, callable_id TEXT NOT NULL,
  status TEXT NOT NULL, name TEXT NOT NULL, case_title TEXT NOT NULL, case_title_formatted TEXT NOT NULL,
  case_number INTEGER NOT NULL, data TEXT NOT NULL, do_not_sanitize TEXT NOT NULL, errors TEXT,
  signal_events TEXT, initiated_at TEXT NOT NULL, completed_at TEXT, created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL, start_event TEXT NOT NULL, flow_state TEXT);
CREATE INDEX IF NOT EXISTS process_requests_parent ON process_requests (parent_request_id);
CREATE TABLE IF NOT EXISTS process_request_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, process_request_id INTEGER NOT NULL,
  process_id INTEGER NOT NULL, user_id INTEGER, subprocess_request_id INTEGER, subprocess_start_event_id TEXT,
  element_id TEXT NOT NULL, element_type TEXT NOT NULL, element_name TEXT, status TEXT NOT NULL,
  is_self_service INTEGER NOT NULL DEFAULT 0,
  self_service_groups TEXT, token_properties TEXT NOT NULL DEFAULT '[]', screen_id INTEGER, due_at TEXT,
  initiated_at TEXT, completed_at TEXT, created_at TEXT NOT NULL, updated_at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS process_request_tokens_request ON process_request_tokens (process_request_id);
CREATE INDEX IF NOT EXISTS process_request_tokens_user ON process_request_tokens (user_id, process_request_id);
CREATE TABLE IF NOT EXISTS request_files (
  id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL, process_request_id INTEGER NOT NULL,
  name TEXT NOT NULL, file_name TEXT NOT NULL, data_name TEXT NOT NULL, mime_type TEXT NOT NULL, size INTEGER NOT NULL,
  content TEXT NOT NULL, created_by INTEGER NOT NULL, updated_by INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS comments (
  id INTEGER PRIMARY KEY AUTOINCREMENT, parent_id INTEGER NOT NULL, user_id INTEGER, commentable_type TEXT NOT NULL,
  commentable_id INTEGER NOT NULL, subject TEXT NOT NULL, body TEXT NOT NULL, hidden INTEGER NOT NULL,
  type TEXT NOT NULL, case_number INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS case_numbers (id INTEGER PRIMARY KEY AUTOINCREMENT);
CREATE TABLE IF NOT EXISTS process_collaborations (id INTEGER PRIMARY KEY AUTOINCREMENT);
`;

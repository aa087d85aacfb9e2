import type { UserRow } from '../database/rows';
import { toApiTime } from '../database/time';
import type { JsonObject } from '../types';

const EMPTY = {
  address: null,
  city: null,
  state: null,
  postal: null,
  country: null,
  phone: null,
  fax: null,
  cell: null,
  title: null,
  birthdate: null,
  meta: null,
  connected_accounts: null,
  expires_at: null,
  loggedin_at: null,
  active_at: null,
  deleted_at: null,
  delegation_user_id: null,
  manager_id: null,
  schedule: null,
  avatar: null,
  password_changed_at: null,
  preferences_2fa: null,
};

/** A user as the data of a Request keeps it. */
export function embeddedUser(user: UserRow): JsonObject {
  return {
    id: user.id,
    uuid: user.uuid,
    email: user.email,
    firstname: user.firstname,
    lastname: user.lastname,
    username: user.username,
    status: user.status,
    timezone: user.timezone,
    datetime_format: 'm/d/Y H:i',
    language: 'en',
    is_administrator: user.is_administrator === 1,
    is_system: 0,
    created_at: toApiTime(user.created_at),
    updated_at: toApiTime(user.updated_at),
    force_change_password: 0,
    email_task_notification: 0,
    fullname: `${user.firstname} ${user.lastname}`,
    ...EMPTY,
  };
}

/** A user as the API shows it. */
export function userJson(user: UserRow): JsonObject {
  return { ...embeddedUser(user), remember_token: null };
}

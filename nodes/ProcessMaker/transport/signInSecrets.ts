import { isObject } from '../guards';

/** The data of a Request, or of a Task, which is the user's own. */
const OWN_DATA = new Set(['data', 'request_data']);

/**
 * Takes out of an answer what keeps a browser signed in as one of its users: ProcessMaker gives a `remember_token` with
 * the users of Requests, Tasks and processes.
 */
export function dropSignInSecrets(value: unknown): void {
  if (Array.isArray(value)) {
    for (const entry of value) dropSignInSecrets(entry);
  } else if (isObject(value)) {
    if ('remember_token' in value && 'username' in value) delete value.remember_token;
    for (const [name, field] of Object.entries(value)) {
      // A list has its entries in `data`, and no id.
      if (!('id' in value && OWN_DATA.has(name))) dropSignInSecrets(field);
    }
  }
}

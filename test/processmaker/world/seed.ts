import { randomUUID } from 'node:crypto';
import type { Instance } from '../instance';
import { insert } from '../requests/store';
import type { ProcessInput } from '../types';
import { DEMO_PROCESSES } from './demo-processes';
import { SYSTEM_PROCESS, TEST_PROCESSES } from './processes';
import { SCREENS } from './screens';
import { TOKENS, USERS } from './users';
import { WAITING_PROCESSES } from './waiting-processes';

const CATEGORY_ID = 3;
const ADMINISTRATOR_ID = 1;

/** Fills an empty database; one that was filled before is left alone. */
export async function seed(instance: Instance): Promise<void> {
  if (instance.database.get('SELECT 1 AS found FROM users') !== undefined) return;
  const processes = [SYSTEM_PROCESS, ...TEST_PROCESSES, ...DEMO_PROCESSES, ...WAITING_PROCESSES];
  const prepared = await Promise.all(processes.map((process) => prepareProcess(instance, process)));
  instance.database.transaction(() => {
    seedUsers(instance);
    const now = instance.sqlNow();
    const category = { name: 'n8n tests', status: 'ACTIVE', created_at: now, updated_at: now };
    insert(instance, 'process_categories', { id: CATEGORY_ID, uuid: randomUUID(), ...category });
    for (const { pages, ...screen } of SCREENS) {
      const config = JSON.stringify(pages);
      insert(instance, 'screens', {
        ...screen,
        uuid: randomUUID(),
        config,
        created_at: now,
        updated_at: now,
      });
    }
    for (const store of prepared) store();
  });
}

function seedUsers(instance: Instance): void {
  const now = instance.sqlNow();
  for (const { administrator, permissions, ...user } of USERS) {
    insert(instance, 'users', {
      ...user,
      uuid: randomUUID(),
      email: `${user.username}@example.com`,
      is_administrator: administrator ? 1 : 0,
      created_at: now,
      updated_at: now,
    });
    for (const permission of permissions)
      insert(instance, 'user_permissions', { user_id: user.id, permission });
  }
  for (const [name, { token, userId, revoked, expired }] of Object.entries(TOKENS)) {
    insert(instance, 'access_tokens', {
      token,
      name,
      user_id: userId,
      revoked: revoked === true ? 1 : 0,
      expires_at: expired === true ? '2000-01-01 00:00:00' : '9999-12-31 23:59:59',
    });
  }
}

/** Reads the BPMN of a new process; the function that it returns stores the process and gives its id. */
export async function prepareProcess(instance: Instance, input: ProcessInput): Promise<() => number> {
  const definition = await instance.definitions.definition(input.bpmn);
  return () => {
    const now = instance.sqlNow();
    const id = insert(instance, 'processes', {
      ...(input.id === undefined ? {} : { id: input.id }),
      uuid: randomUUID(),
      process_category_id: CATEGORY_ID,
      user_id: ADMINISTRATOR_ID,
      name: input.name,
      description: input.description ?? `${input.name} desc`,
      status: input.status ?? 'ACTIVE',
      is_system: input.id === SYSTEM_PROCESS.id ? 1 : 0,
      bpmn: input.bpmn,
      callable_id: definition.callableId,
      start_events: JSON.stringify(definition.startEvents),
      signal_events: JSON.stringify(definition.signalIds),
      version_id: 0,
      created_at: now,
      updated_at: now,
    });
    instance.database.run('UPDATE processes SET version_id = id WHERE id = ?', [id]);
    return id;
  };
}

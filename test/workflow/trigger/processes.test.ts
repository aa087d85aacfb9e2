import { loadOptions } from '../../support/editor';
import { respond } from '../../support/gateway';
import { PROCESS_MAKER_TRIGGER } from '../../support/poller';
import type { User } from '../../support/harness';
import { useHarness } from '../../support/harness';

const harness = useHarness();

/** Fills the list of processes, as the editor does. */
const load = (user: User) =>
  loadOptions(harness.engine, {
    nodeType: PROCESS_MAKER_TRIGGER,
    method: 'getProcesses',
    credentials: harness.credentials(user),
  });

describe('the list of processes', () => {
  it('lists all processes by name for a user who may view processes', async () => {
    const processes = await load('operator');
    expect(processes).toContainEqual({ name: 'G limited may not start', value: 10 });
    const names = processes.map(({ name }) => name);
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
  });

  it('lists the startable processes for a user who may not view processes', async () => {
    const names = (await load('limited')).map(({ name }) => name);
    expect(names).toContain('A single start with form');
    expect(names).not.toContain('G limited may not start');
  });

  it('shows a refusal instead of an empty list of processes', async () => {
    harness.gateway.treat = () => respond(401, { error: 'Unauthenticated.' });
    await expect(load('admin')).rejects.toThrow('did not accept the access token');
  });
});

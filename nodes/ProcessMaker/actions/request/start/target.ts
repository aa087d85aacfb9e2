import { inputFailure, type Result } from '../../../transport/failure';
import type { Connection } from '../../../transport/connection';
import {
  getStartableProcesses,
  type StartableProcess,
  type StartEvent,
} from '../../../api/processes/processes';

/** Stands for "the one start event that this user may trigger by hand" in the Start Event field. */
export const AUTOMATIC = 'automatic';

/** The process and start event of an item, as its parameters give them. */
export interface StartReference {
  process: { by: 'id' | 'name'; value: string };
  /** An event's id, or undefined for Automatic. */
  startEventId: string | undefined;
}

export interface StartTarget {
  processId: number;
  startEventId: string;
}

/**
 * Finds processes and start events for a run. The list of processes is asked for at most once, and only when a
 * process is given by name or a start event is Automatic.
 */
export class StartTargets {
  private processes: Promise<Result<StartableProcess[]>> | undefined;

  private readonly targets = new Map<string, Promise<Result<StartTarget>>>();

  constructor(private readonly connection: Connection) {}

  /** The same answer for the same reference, worked out once. */
  async resolve(reference: StartReference): Promise<Result<StartTarget>> {
    const key = JSON.stringify(reference);
    let target = this.targets.get(key);
    if (!target) {
      target = this.find(reference);
      this.targets.set(key, target);
    }
    return await target;
  }

  private async find({ process: { by, value }, startEventId }: StartReference): Promise<Result<StartTarget>> {
    if (by === 'id' && !/^[1-9]\d{0,15}$/.test(value)) {
      return inputFailure(
        value === ''
          ? "No process is given in 'Process'"
          : `'Process' holds "${value}", which is not a process id`,
        "A process id is a whole number, e.g. 12. It stands in the address of the process's page in ProcessMaker. To give a name, choose 'By Name' in 'Process'.",
      );
    }
    if (by === 'name' && value === '') {
      return inputFailure("No process is given in 'Process'", 'Enter the exact name of the process.');
    }
    if (by === 'id' && startEventId !== undefined) {
      return { ok: true, value: { processId: Number(value), startEventId } };
    }

    this.processes ??= getStartableProcesses(this.connection);
    const processes = await this.processes;
    if (!processes.ok) return withAdvice(processes);
    const process =
      by === 'id' ? findById(processes.value, Number(value)) : findByName(processes.value, value);
    if (!process.ok) return process;
    if (startEventId !== undefined) return { ok: true, value: { processId: process.value.id, startEventId } };
    return onlyManualStartEvent(process.value);
  }
}

function withAdvice({ failure }: { ok: false } & Extract<Result<unknown>, { ok: false }>): Result<never> {
  if (failure.kind !== 'forbidden' && failure.kind !== 'notFound') return { ok: false, failure };
  return {
    ok: false,
    failure: {
      ...failure,
      message: 'The access token may not look up the processes that its user may start',
      description:
        "Give the process 'By ID' and its start event 'By ID': then nothing has to be looked up. Or let a ProcessMaker administrator allow this user to sign in and to use the API.",
    },
  };
}

function findById(processes: StartableProcess[], id: number): Result<StartableProcess> {
  const process = processes.find((candidate) => candidate.id === id);
  if (process) return { ok: true, value: process };
  return inputFailure(
    `Process ${id} is not among the processes that the user of the access token may start`,
    "ProcessMaker lists only active processes without warnings that have a start event assigned to the user. Ask an administrator to assign the user to the start event. If the process can be started all the same, give its start event in 'Start Event' with 'By ID'.",
  );
}

function findByName(processes: StartableProcess[], name: string): Result<StartableProcess> {
  const [process, ...others] = processes.filter((candidate) => candidate.name === name);
  if (!process) {
    const similar = processes.find(({ name: other }) => fold(other) === fold(name));
    return inputFailure(
      `No process named "${name}" is among those that the user of the access token may start`,
      similar
        ? `There is one named "${similar.name}". The name has to be exactly the same.`
        : 'Check the name, and that the user of the access token is assigned to the start event of the process.',
    );
  }
  if (others.length === 0) return { ok: true, value: process };
  const ids = [process, ...others].map(({ id }) => id).join(', ');
  return inputFailure(
    `There are ${others.length + 1} processes named "${name}" (ids ${ids})`,
    "Choose one of them in 'Process' with 'From List' or 'By ID', or give them different names in ProcessMaker.",
  );
}

const fold = (name: string) => name.trim().replace(/\s+/g, ' ').toLowerCase();

function onlyManualStartEvent(process: StartableProcess): Result<StartTarget> {
  const manual = process.startEvents.filter(({ triggers }) => triggers.length === 0);
  const [only] = manual;
  if (only && manual.length === 1) {
    return { ok: true, value: { processId: process.id, startEventId: only.id } };
  }
  const title = `Process "${process.name}" (${process.id})`;
  if (manual.length > 1) {
    return inputFailure(
      `${title} has ${manual.length} start events that this user may trigger: ${manual.map(describe).join(', ')}`,
      "Select one of them in 'Start Event'.",
    );
  }
  const others = process.startEvents.map(describe).join(', ');
  return inputFailure(
    `${title} has no start event that this user may trigger by hand${others && `, only: ${others}`}`,
    "Let a ProcessMaker administrator assign the user to a start event, or select the start event to trigger in 'Start Event'.",
  );
}

/** A start event as people can find it again: `"Start Event" (node_1)`, with what else triggers it. */
function describe(event: StartEvent): string {
  return `"${event.name}" (${describeTriggers(event)})`;
}

/** A start event's id, and what else than a person triggers it, e.g. `node_1, timer`. */
export function describeTriggers({ id, triggers }: StartEvent): string {
  return [id, ...triggers].join(', ');
}

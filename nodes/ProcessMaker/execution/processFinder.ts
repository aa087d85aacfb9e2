import {
  describeTriggers,
  getStartableProcesses,
  listViewable,
  type ProcessReference,
  type StartableProcess,
  type StartEvent,
  type StartTarget,
} from '../api/processes/processes';
import { asText, closestName } from '../guards';
import type { Connection } from '../transport/connection';
import {
  explained,
  inputError,
  isKind,
  type ProcessMakerError,
  rethrown,
} from '../transport/processMakerError';
import { once } from './readers';

type FindByName = (name: string) => Promise<Array<{ id: number; name: string }>>;

/** Finds the processes of a run. What can be started is listed at most once, and only when it is needed. */
export class ProcessFinder {
  private processes: Promise<StartableProcess[]> | undefined;

  private readonly ids = new Map<string, Promise<number>>();

  private readonly targets = new Map<string, Promise<StartTarget>>();

  constructor(private readonly connection: Connection) {}

  /** The id of a process that the user may start or view. @param findOthers finds those of a name in another way */
  async idOf(reference: ProcessReference, findOthers?: FindByName): Promise<number> {
    if ('id' in reference) return reference.id;
    const { name } = reference;
    return await once(this.ids, name, async () => {
      const startable = await this.startable();
      const process =
        onlyOne(startable, name) ??
        onlyOne((await findOthers?.(name)) ?? [], name) ??
        onlyOne(await this.viewable(name, startable), name);
      if (process) return process.id;
      throw inputError(
        `There is no process named "${name}" that the user of the access token may start or view`,
        didYouMean(name, startable) ?? 'Check the name: it has to be exactly the same.',
      );
    });
  }

  async findStartable(reference: ProcessReference): Promise<StartableProcess> {
    const startable = await this.startable();
    const process =
      'id' in reference
        ? startable.find(({ id }) => id === reference.id)
        : onlyOne(startable, reference.name);
    if (!process) throw notStartable(reference, startable);
    return process;
  }

  /** Where an item begins its Request. @param startEventId undefined for Automatic */
  async findStartTarget(reference: ProcessReference, startEventId: string | undefined): Promise<StartTarget> {
    const key = JSON.stringify([reference, startEventId]);
    return await once(this.targets, key, async () => {
      const process = await this.findStartable(reference).catch((error: unknown) => {
        throw explained(error, (one) => adviceToStart(one, reference));
      });
      return { processId: process.id, startEventId: startEventId ?? onlyManualStartEvent(process).id };
    });
  }

  private async viewable(name: string, startable: StartableProcess[]) {
    try {
      const found = await listViewable(this.connection, { filter: name });
      return found.map((process) => ({ id: Number(process.id), name: asText(process.name) }));
    } catch (error) {
      throw isKind(error, 'forbidden') ? notStartable({ name }, startable) : rethrown(error);
    }
  }

  private async startable(): Promise<StartableProcess[]> {
    this.processes ??= getStartableProcesses(this.connection);
    return await this.processes;
  }
}

/** @throws ProcessMakerError when several have the name */
function onlyOne<T extends { id: number; name: string }>(processes: T[], name: string): T | undefined {
  const [process, ...others] = processes.filter((candidate) => candidate.name === name);
  if (!process || others.length === 0) return process;
  const ids = [process, ...others].map(({ id }) => id).join(', ');
  throw inputError(
    `There are ${others.length + 1} processes named "${name}" (ids ${ids})`,
    "Choose one of them in 'Process' with 'From List' or 'By ID', or give them different names in ProcessMaker.",
  );
}

function notStartable(reference: ProcessReference, startable: StartableProcess[]): ProcessMakerError {
  const what = 'id' in reference ? `Process ${reference.id}` : `A process named "${reference.name}"`;
  return inputError(
    `${what} is not among the processes that the user of the access token may start`,
    ('name' in reference && didYouMean(reference.name, startable)) ||
      'ProcessMaker lists only active processes without warnings that have a start event assigned to the user. Check the process, and ask a ProcessMaker administrator to assign the user to its start event.',
  );
}

function didYouMean(name: string, processes: StartableProcess[]): string | undefined {
  const names = processes.map((process) => process.name);
  const closest = closestName(name, names);
  return closest && `Did you mean "${closest}"? The name has to be exactly the same.`;
}

/** A Request can be started without that list, when both ids are given. */
function adviceToStart({ kind, description }: ProcessMakerError, reference: ProcessReference) {
  if (kind === 'forbidden' || kind === 'notFound') {
    return {
      message: 'The access token may not look up the processes that its user may start',
      description:
        "Give the process 'By ID' and its start event 'By ID': then nothing has to be looked up. Or let a ProcessMaker administrator allow this user to sign in and to use the API.",
    };
  }
  if (kind !== 'input' || 'name' in reference) return undefined;
  return {
    description: `${description} If the process can be started all the same, give its start event in 'Start Event' with 'By ID'.`,
  };
}

function onlyManualStartEvent({ id, name, startEvents }: StartableProcess): StartEvent {
  const manual = startEvents.filter(({ triggers }) => triggers.length === 0);
  const [only] = manual;
  if (only && manual.length === 1) return only;
  const title = `Process "${name}" (${id})`;
  if (manual.length > 1) {
    throw inputError(
      `${title} has ${manual.length} start events that this user may trigger: ${manual.map(describe).join(', ')}`,
      "Select one of them in 'Start Event'.",
    );
  }
  const others = startEvents.map(describe).join(', ');
  throw inputError(
    `${title} has no start event that this user may trigger by hand${others && `, only: ${others}`}`,
    "Let a ProcessMaker administrator assign the user to a start event, or select the start event to trigger in 'Start Event'.",
  );
}

/** A start event as people can find it again: `"Start Event" (node_1)`, with what else triggers it. */
function describe(event: StartEvent): string {
  return `"${event.name}" (${describeTriggers(event)})`;
}

import { inputFailure, type Result } from '../transport/failure';
import { idFromUrl, parseId, readLocator } from './locatorValue';
import type { StartableProcess } from './processes';
import { PROCESS_URL_PATTERN } from './start/reference';

/** A process without what the list of startable processes tells about it. */
type Process = Pick<StartableProcess, 'id' | 'startEvents'>;

/**
 * The process that the locator 'Process' gives, by list, id, name or URL.
 *
 * @param processes those that the user of the token may start
 * @returns for an id that is not among them a process without start events
 */
export function chosenProcess(
  processes: StartableProcess[],
  locator: unknown,
  instanceUrl: string,
): Result<Process> {
  const { mode, value } = readLocator(locator);
  if (mode === 'name') return processByName(processes, value);
  const text =
    mode === 'url'
      ? idFromUrl(value, instanceUrl, {
          parameter: 'Process',
          thing: 'process',
          urlPattern: PROCESS_URL_PATTERN,
          examplePath: '/process-browser/12',
        })
      : { ok: true as const, value };
  if (!text.ok) return text;
  const id = parseId(text.value);
  if (id === undefined) {
    return inputFailure(
      `'Process' holds "${text.value}", which is not a process id`,
      "A process id is a whole number, e.g. 12. To give a name, choose 'By Name' in 'Process'.",
    );
  }
  return { ok: true, value: processes.find((process) => process.id === id) ?? { id, startEvents: [] } };
}

function processByName(processes: StartableProcess[], name: string): Result<Process> {
  const [process, ...others] = processes.filter((candidate) => candidate.name === name);
  if (process && others.length === 0) return { ok: true, value: process };
  return process
    ? inputFailure(
        `There are ${others.length + 1} processes named "${name}"`,
        "Choose one of them in 'Process' with 'From List' or 'By ID'.",
      )
    : inputFailure(
        `No process named "${name}" is among those that the user of the access token may start`,
        'Check the name: it has to be exactly the same.',
      );
}

import { bpmn, endEvent, formTask, line, startEvent, type Element } from '../processmaker/fixtures/bpmn';

/** How a script task is tried again, as ProcessMaker keeps it; times in seconds. */
export interface ErrorHandling {
  timeout?: number;
  retry_attempts?: number;
  retry_wait_time?: number;
}

const LIMITED = '3';

/** A script that fails for as many runs as the variable of its data says. */
export function script(id: string, handling: ErrorHandling = {}, failuresIn = 'failures'): Element {
  return {
    type: 'scriptTask',
    id,
    name: `Script ${id}`,
    pm: {
      scriptRef: '1',
      config: JSON.stringify({ failuresIn }),
      errorHandling: JSON.stringify(handling),
    },
  };
}

/**
 * A process of one script, from `begin` to `end`; beside it, or behind it, there may be more.
 *
 * @param more a Task for `limited` at the same time or afterwards, or a second script at the same time, whose failures are
 * in the variable `others`
 */
export function attemptsProcess(
  handling: ErrorHandling = {},
  more?: 'withTask' | 'thenTask' | 'withScript',
): { name: string; bpmn: string } {
  const name = `Attempts ${JSON.stringify(handling)} ${more ?? 'alone'}`;
  const first = script('script', handling);
  const begin = startEvent('begin', 'Begin', LIMITED);
  const end = endEvent('end', 'End');
  if (more === undefined) return { name, bpmn: bpmn([begin, first, end], line('begin', 'script', 'end')) };
  const task = formTask('task', 'Task', LIMITED);
  if (more === 'thenTask')
    return { name, bpmn: bpmn([begin, first, task, end], line('begin', 'script', 'task', 'end')) };
  const other = more === 'withTask' ? task : script('other', handling, 'others');
  const split: Element = { type: 'parallelGateway', id: 'split', name: 'Both' };
  const flows = [...line('begin', 'split', 'script', 'end'), ...line('split', other.id, 'end')];
  return { name, bpmn: bpmn([begin, split, first, other, end], flows) };
}

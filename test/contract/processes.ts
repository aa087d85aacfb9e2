import { bpmn, endEvent, line, startEvent, type Element } from '../processmaker/fixtures/bpmn';

/** The processes that the checks need, beside the one that is given. */
export const PROCESSES = ['tasks', 'message', 'end', 'nobody', 'script', 'attempts', 'overdue'] as const;

export type ProcessName = (typeof PROCESSES)[number];

/** The start event of each of them. */
export const BEGIN = 'begin';

const END = endEvent('finish', 'Finish');

/**
 * The BPMN of a process that a user may start: one with two Tasks of that user, one that waits for a message, one that
 * ends at once, one whose Task nobody can be given, one whose script fails while the data says so, one whose script is
 * tried once more then, and one whose Task was due an hour before it is reached.
 */
export function processBpmn(name: ProcessName, userId: number, scriptId: number): string {
  const middle = elements(userId, scriptId)[name];
  const all = [startEvent(BEGIN, 'Begin', String(userId)), ...middle, END];
  return bpmn(all, line(...all.map(({ id }) => id)), '<bpmn:message id="go" name="n8n contract"/>');
}

/** What the script does that one of them needs. */
export const SCRIPT = "<?php if (!empty($data['fail'])) { throw new Exception('n8n contract'); } return [];";

function elements(userId: number, scriptId: number): Record<ProcessName, Element[]> {
  const task = (id: string, name: string, users: string, more: Record<string, string> = {}): Element => ({
    type: 'task',
    id,
    name,
    pm: { assignment: 'user_group', assignedUsers: users, assignedGroups: '', ...more },
  });
  const script = (handling: object): Element => ({
    type: 'scriptTask',
    id: 'run',
    name: 'Run',
    pm: { scriptRef: String(scriptId), config: '{}', errorHandling: JSON.stringify(handling) },
  });
  return {
    tasks: [task('first', 'First', String(userId)), task('second', 'Second', String(userId))],
    message: [
      {
        type: 'intermediateCatchEvent',
        id: 'wait',
        name: 'Wait',
        inner: '<bpmn:messageEventDefinition id="message" messageRef="go"/>',
      },
    ],
    end: [],
    nobody: [task('first', 'First', '')],
    overdue: [task('first', 'First', String(userId), { dueIn: '-1' })],
    script: [script({})],
    attempts: [script({ timeout: '30', retry_attempts: '1', retry_wait_time: '10' })],
  };
}

import { AGENT_REVIEW } from '../processmaker/fixtures/agent-review';
import { bpmn, endEvent, formTask, line, startEvent, type Element } from '../processmaker/fixtures/bpmn';
import type { ProcessMaker } from '../processmaker';

/** The ready process, and the ids of the users that have to do with it. */
export const READY = AGENT_REVIEW.id ?? 0;
export const REVIEWER = 4;
/** The user of the gates. */
export const GATE_USER = 5;
/** Every process here has this start event and this Decision Task. */
export const START_EVENT = 'asked';
export const DECISION_TASK = 'decide';

/** Processes that are not as a process for reviews should be. */
export interface OddProcesses {
  /** Only n8n's own limit ends a review. */
  withoutTimer: number;
  /** Whoever of the team wants to decides, and need not claim the Task. */
  selfService: number;
  /** A no leads back to the Decision Task, so that there can be two of it. */
  twoTasks: number;
}

export async function addOddProcesses(processMaker: ProcessMaker): Promise<OddProcesses> {
  const start = startEvent(START_EVENT, 'Asked', String(GATE_USER));
  const task = formTask(DECISION_TASK, 'Decide', String(REVIEWER));
  const end = endEvent('decided', 'Decided');
  const offered: Element = {
    ...task,
    pm: { ...task.pm, assignment: 'self_service', assignedUsers: String(REVIEWER) },
  };
  const again: Element = {
    type: 'exclusiveGateway',
    id: 'again',
    name: 'Ask again?',
    attributes: { default: 'f3' },
  };
  const straight = line(START_EVENT, DECISION_TASK, 'decided');
  const add = async (name: string, document: string) =>
    (await processMaker.addProcess({ name, bpmn: document })).id;
  return {
    withoutTimer: await add('Review without a timer', bpmn([start, task, end], straight)),
    selfService: await add('Review by whoever has time', bpmn([start, offered, end], straight)),
    twoTasks: await add(
      'Review that is asked again after a no',
      bpmn(
        [start, task, again, end],
        [
          ...line(START_EVENT, DECISION_TASK, 'again', 'decided'),
          { from: 'again', to: DECISION_TASK, condition: "decision === 'refused'" },
        ],
      ),
    ),
  };
}

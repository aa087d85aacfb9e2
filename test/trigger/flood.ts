import type { History, SimulatedRequest } from './history';
import type { Flood, EventType } from './plan';

/** Mixes the delays. */
const STRIDE = 37;
const NEVER_DUE_SECONDS = 10_000_000;
const ACTIONS = { requestCanceled: 'cancel', requestCompleted: 'complete', requestErrored: 'break' } as const;

/** Makes many events of one type. */
export function flood(history: History, eventType: EventType, { count, seconds, delay }: Flood): void {
  const request = history.start(0, false);
  const each = Array.from({ length: count }, () => prepare(history, eventType, request));
  history.pass(1);
  for (const [index, make] of each.entries()) {
    make((index * STRIDE) % (delay + 1));
    if (Math.floor(((index + 1) * seconds) / count) > Math.floor((index * seconds) / count)) history.pass(1);
  }
}

/** What an event of a type needs to be there before; gives what makes the event. */
function prepare(history: History, eventType: EventType, request: SimulatedRequest): (delay: number) => void {
  switch (eventType) {
    case 'requestStarted':
      return (delay) => history.start(delay, false);
    case 'taskCreated':
      return (delay) => history.addTask(request, delay, NEVER_DUE_SECONDS);
    case 'taskOverdue':
      return (delay) => history.addTask(request, delay, 1);
    case 'taskCompleted': {
      const task = history.addTask(request, 0, NEVER_DUE_SECONDS);
      return (delay) => history.changeTask(task, 'close', delay);
    }
    case 'requestCanceled':
    case 'requestCompleted':
    case 'requestErrored': {
      const target = history.start(0, false);
      return (delay) => history.changeRequest(target, ACTIONS[eventType], delay);
    }
  }
}

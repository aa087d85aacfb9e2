import type { ProcessInput } from '../types';
import { bpmn, endEvent, formTask, line, startEvent, type Element } from './bpmn';

/** The user id of `limited`. */
const LIMITED = '3';

const START = startEvent('node_1', 'Start Event', LIMITED);
const END = endEvent('node_3', 'End Event');
const CALL_CONFIG = { calledElement: 'ProcessId-2', processId: 2, startEvent: 'node_1', name: 'A' };

const startToEnd = (start: Element, extra = ''): string =>
  bpmn([start, END], line('node_1', 'node_3'), extra);

const throughNode2 = (task: Element, start = START): string =>
  bpmn([start, task, END], line('node_1', 'node_2', 'node_3'));

const withDefinition = (name: string, definition: string): Element => ({
  ...startEvent('node_1', name),
  inner: definition,
});

/** The server's own process; nobody starts it, and most lists hide it. */
export const SYSTEM_PROCESS: ProcessInput & { id: number } = {
  id: 1,
  name: 'global_signals',
  description: 'Where the signals of all processes are kept',
  bpmn: bpmn([], []),
};

/** Small processes, each for one behaviour of the server. */
export const TEST_PROCESSES: ProcessInput[] = [
  { id: 2, name: 'A single start with form', bpmn: throughNode2(formTask('node_2', 'Form Task', LIMITED)) },
  {
    id: 3,
    name: 'B two starts',
    bpmn: bpmn(
      [START, startEvent('node_9', 'Second Start'), formTask('node_2', 'Form Task', LIMITED), END],
      [...line('node_1', 'node_2', 'node_3'), ...line('node_9', 'node_2')],
    ),
  },
  { id: 4, name: 'C start to end', bpmn: startToEnd(START) },
  {
    id: 5,
    name: 'D script task',
    bpmn: throughNode2({
      type: 'scriptTask',
      id: 'node_2',
      name: 'Script Task',
      pm: { scriptRef: '1', config: '', errorHandling: '{}' },
    }),
  },
  {
    id: 6,
    name: 'E start with screen',
    bpmn: throughNode2(formTask('node_2', 'Approve', LIMITED), {
      ...START,
      pm: { ...START.pm, screenRef: '3', config: '{"web_entry":null}' },
    }),
  },
  {
    id: 7,
    name: 'F message start',
    bpmn: startToEnd(
      withDefinition('Message Start', '<bpmn:messageEventDefinition id="med1" messageRef="msg1"/>'),
      '<bpmn:message id="msg1" name="msg one"/>',
    ),
  },
  {
    id: 8,
    name: 'F signal start',
    bpmn: startToEnd(
      withDefinition('Signal Start', '<bpmn:signalEventDefinition id="sed1" signalRef="n8n_signal"/>'),
      '<bpmn:signal id="n8n_signal" name="n8n signal"/>',
    ),
  },
  {
    id: 9,
    name: 'F timer start',
    bpmn: startToEnd(
      withDefinition(
        'Timer Start',
        '<bpmn:timerEventDefinition id="ted1"><bpmn:timeCycle>R/2030-01-01T00:00:00Z/P1D</bpmn:timeCycle>' +
          '</bpmn:timerEventDefinition>',
      ),
    ),
  },
  { id: 10, name: 'G limited may not start', bpmn: startToEnd(startEvent('node_1', 'Start Event')) },
  { id: 11, name: 'H inactive', status: 'INACTIVE', bpmn: startToEnd(START) },
  { id: 12, name: 'I archived', status: 'ARCHIVED', bpmn: startToEnd(START) },
  {
    id: 13,
    name: 'J intermediate catch',
    bpmn: bpmn(
      [
        START,
        {
          type: 'intermediateCatchEvent',
          id: 'node_4',
          name: 'Wait msg',
          inner: '<bpmn:messageEventDefinition id="med2" messageRef="msg2"/>',
        },
        END,
      ],
      line('node_1', 'node_4', 'node_3'),
      '<bpmn:message id="msg2" name="msg two"/>',
    ),
  },
  { id: 14, name: 'K invalid no flow', bpmn: bpmn([startEvent('node_1', 'Start Event')], []) },
  {
    id: 15,
    name: 'L no assignment',
    bpmn: throughNode2({ type: 'task', id: 'node_2', name: 'Task' }, startEvent('node_1', 'Start')),
  },
  {
    id: 16,
    name: 'M assignment error',
    bpmn: throughNode2(
      {
        type: 'task',
        id: 'node_2',
        name: 'Task',
        pm: { assignment: 'user_group', assignedUsers: '', assignedGroups: '' },
      },
      startEvent('node_1', 'Start'),
    ),
  },
  {
    id: 17,
    name: 'N calls a sub-process',
    bpmn: throughNode2({
      type: 'callActivity',
      id: 'node_2',
      name: 'Sub',
      attributes: { calledElement: 'ProcessId-2' },
      pm: { config: JSON.stringify(CALL_CONFIG) },
    }),
  },
];

import type { ProcessInput } from '../types';
import { bpmn, endEvent, formTask, line, startEvent, type Element } from './bpmn';

const LIMITED = '3';

/** A script that calls the URL in a variable, and sends what was decided. */
const tell: Element = {
  type: 'scriptTask',
  id: 'tell',
  name: 'Tell the decision',
  pm: {
    scriptRef: '1',
    config: '{"callUrlIn":"_n8n_resume_url","send":["approved"]}',
    errorHandling: '{}',
  },
};

/** Processes that call an address in their data; where no script can run, their Requests end in ERROR. */
export const CALLING_PROCESSES: ProcessInput[] = [
  {
    id: 41,
    name: 'Contract approval',
    description: 'A contract is approved, and the decision is told to whoever waits for it.',
    bpmn: bpmn(
      [
        startEvent('received', 'Contract received', LIMITED),
        formTask('approve', 'Approve the contract', LIMITED, '34'),
        tell,
        endEvent('told', 'Told'),
      ],
      line('received', 'approve', 'tell', 'told'),
    ),
  },
  {
    id: 42,
    name: 'Automatic contract approval',
    description: 'The decision is told at once.',
    bpmn: bpmn(
      [startEvent('received', 'Contract received', LIMITED), tell, endEvent('told', 'Told')],
      line('received', 'tell', 'told'),
    ),
  },
];

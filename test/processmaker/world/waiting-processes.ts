import type { ProcessInput } from '../types';
import { bpmn, endEvent, formTask, line, startEvent } from './bpmn';

const ADMIN = '1';
const LIMITED = '3';
const OPERATOR = '5';

/** Processes that wait for something else than the task of the one who started them. */
export const WAITING_PROCESSES: ProcessInput[] = [
  {
    id: 24,
    name: 'Goods delivery',
    description: 'Waits for the delivery note, then an administrator checks the goods.',
    bpmn: bpmn(
      [
        startEvent('ordered', 'Goods ordered', LIMITED),
        {
          type: 'intermediateCatchEvent',
          id: 'delivered',
          name: 'Delivery note received',
          inner: '<bpmn:messageEventDefinition id="delivery" messageRef="note"/>',
        },
        formTask('check_goods', 'Check the goods', ADMIN, '27'),
        endEvent('stored', 'Goods stored'),
      ],
      line('ordered', 'delivered', 'check_goods', 'stored'),
      '<bpmn:message id="note" name="Delivery note"/>',
    ),
  },
  {
    id: 25,
    name: 'Help desk ticket',
    description: 'Whoever of the team has time takes the ticket.',
    bpmn: bpmn(
      [
        startEvent('opened', 'Ticket opened', LIMITED),
        {
          type: 'task',
          id: 'answer',
          name: 'Answer the ticket',
          pm: {
            screenRef: '28',
            assignment: 'self_service',
            assignedUsers: `${LIMITED},${OPERATOR}`,
            assignedGroups: '',
            allowReassignment: 'true',
          },
        },
        endEvent('answered', 'Ticket answered'),
      ],
      line('opened', 'answer', 'answered'),
    ),
  },
  {
    id: 26,
    name: 'Payment run',
    description: 'A script collects the open invoices; where no script can run, the Request ends in ERROR.',
    bpmn: bpmn(
      [
        startEvent('due', 'Invoices due', LIMITED),
        {
          type: 'scriptTask',
          id: 'collect',
          name: 'Collect the invoices',
          pm: { scriptRef: '1', config: '', errorHandling: '{}' },
        },
        formTask('release', 'Release the payment', LIMITED, '26'),
        endEvent('paid', 'Paid'),
      ],
      line('due', 'collect', 'release', 'paid'),
    ),
  },
];

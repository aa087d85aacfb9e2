import type { ProcessInput } from '../types';
import { bpmn, endEvent, formTask, line, startEvent } from './bpmn';

/** The user id of `limited`, who may start all of them. */
const LIMITED = '3';

/** Processes as a company has them, for the demo. */
export const DEMO_PROCESSES: ProcessInput[] = [
  {
    id: 21,
    name: 'Purchase order approval',
    description: 'Orders above 1,000 are approved by a manager first.',
    bpmn: bpmn(
      [
        startEvent('new_order', 'New purchase order', LIMITED),
        { type: 'exclusiveGateway', id: 'amount', name: 'Above 1,000?', attributes: { default: 'f3' } },
        formTask('approve', 'Approve purchase order', LIMITED, '21'),
        formTask('order', 'Place the order', LIMITED, '22'),
        endEvent('ordered', 'Ordered'),
      ],
      [
        { from: 'new_order', to: 'amount' },
        { from: 'amount', to: 'approve', condition: 'amount > 1000' },
        { from: 'amount', to: 'order' },
        ...line('approve', 'order', 'ordered'),
      ],
    ),
  },
  {
    id: 22,
    name: 'Employee onboarding',
    description: 'Prepares everything for a new colleague.',
    bpmn: bpmn(
      [
        startEvent('hired', 'Employee hired', LIMITED),
        { type: 'parallelGateway', id: 'split', name: 'Prepare' },
        formTask('account', 'Create the accounts', LIMITED, '23'),
        formTask('desk', 'Prepare the desk', LIMITED, '24'),
        { type: 'parallelGateway', id: 'join', name: 'All ready' },
        endEvent('onboarded', 'Onboarded'),
      ],
      [
        ...line('hired', 'split', 'account', 'join', 'onboarded'),
        { from: 'split', to: 'desk' },
        { from: 'desk', to: 'join' },
      ],
    ),
  },
  {
    id: 23,
    name: 'Invoice approval',
    description: 'Checks an incoming invoice and releases the payment.',
    bpmn: bpmn(
      [
        startEvent('invoice', 'Invoice received', LIMITED),
        startEvent('reminder', 'Reminder received', LIMITED),
        formTask('check', 'Check the invoice', LIMITED, '25'),
        { type: 'exclusiveGateway', id: 'correct', name: 'Correct?', attributes: { default: 'f5' } },
        formTask('pay', 'Release the payment', LIMITED, '26'),
        endEvent('paid', 'Paid'),
        endEvent('rejected', 'Rejected'),
      ],
      [
        ...line('invoice', 'check', 'correct'),
        ...line('reminder', 'check'),
        { from: 'correct', to: 'pay', condition: 'approved == true' },
        { from: 'correct', to: 'rejected' },
        ...line('pay', 'paid'),
      ],
    ),
  },
  {
    id: 31,
    name: 'Travel expense report',
    description: 'Pays back what a journey has cost.',
    bpmn: bpmn(
      [
        {
          ...startEvent('journey', 'Journey finished', LIMITED),
          pm: { ...startEvent('journey', '', LIMITED).pm, screenRef: '31' },
        },
        formTask('check', 'Check the expenses', LIMITED, '32'),
        endEvent('reimbursed', 'Reimbursed'),
      ],
      line('journey', 'check', 'reimbursed'),
    ),
  },
];

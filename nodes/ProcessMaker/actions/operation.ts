import {
  updateDisplayOptions,
  type IExecuteFunctions,
  type INodeExecutionData,
  type INodeProperties,
} from 'n8n-workflow';

import type { ItemOperation } from '../execution/itemOperation';
import { runItems } from '../execution/runItems';
import { IN_NODE } from '../fields/common';

/** One operation of a resource: its entry in the list, its fields, and what it does. */
export interface Operation {
  value: string;
  name: string;
  /** The text in n8n's node panel, in sentence case and without articles. */
  action: string;
  description: string;
  /** Whether it is offered where the node is the tool of an AI agent; by default it is. */
  inTool?: false;
  fields: INodeProperties[];
  execute: (this: IExecuteFunctions) => Promise<INodeExecutionData[]>;
}

/** An operation that works on each item by itself: its description, and the work. */
export function operation<T>(whole: Omit<Operation, 'execute'> & ItemOperation<T>): Operation {
  return {
    ...whole,
    async execute() {
      return await runItems(this, whole);
    },
  };
}

export interface Resource {
  value: string;
  name: string;
  /** In the order of the list. */
  operations: Operation[];
  default: string;
}

/** The parameters 'Resource' and 'Operation', and the fields of every operation. */
export function describeResources(resources: Resource[]): INodeProperties[] {
  return [
    {
      displayName: 'Resource',
      name: 'resource',
      type: 'options',
      noDataExpression: true,
      options: resources.map(({ name, value }) => ({ name, value })),
      default: 'request',
    },
    ...resources.flatMap(describeOperations),
  ];
}

function describeOperations({ value: resource, operations, default: initial }: Resource): INodeProperties[] {
  return [
    {
      displayName: 'Operation',
      name: 'operation',
      type: 'options',
      noDataExpression: true,
      displayOptions: { show: { resource: [resource] } },
      options: operations.map(({ name, value, action, description, inTool }) => ({
        name,
        value,
        action,
        description,
        ...(inTool === false && { displayOptions: IN_NODE }),
      })),
      default: initial,
    },
    ...operations.flatMap(({ value, fields }) =>
      updateDisplayOptions({ show: { resource: [resource], operation: [value] } }, fields),
    ),
  ];
}

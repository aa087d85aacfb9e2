const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** One element of a process, with ProcessMaker's own attributes and what stands inside of it. */
export interface Element {
  type: string;
  id: string;
  name: string;
  pm?: Record<string, string>;
  attributes?: Record<string, string>;
  inner?: string;
}

/** A sequence flow from one element to another, taken when the condition holds. */
export interface Flow {
  from: string;
  to: string;
  condition?: string;
}

const attributes = (values: Record<string, string> = {}, prefix = ''): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${prefix}${name}="${escape(value)}"`)
    .join('');

function elementXml(element: Element, flows: Flow[]): string {
  const links = flows
    .map((flow, index) => {
      const id = `f${index + 1}`;
      const incoming = flow.to === element.id ? `<bpmn:incoming>${id}</bpmn:incoming>` : '';
      return incoming + (flow.from === element.id ? `<bpmn:outgoing>${id}</bpmn:outgoing>` : '');
    })
    .join('');
  return (
    `<bpmn:${element.type} id="${element.id}" name="${escape(element.name)}"` +
    `${attributes(element.pm, 'pm:')}${attributes(element.attributes)}>${links}${element.inner ?? ''}</bpmn:${element.type}>`
  );
}

/** A BPMN document with one process. */
export function bpmn(elements: Element[], flows: Flow[], extra = ''): string {
  const flowXml = flows
    .map(({ from, to, condition }, index) => {
      const inner =
        condition === undefined
          ? ''
          : `<bpmn:conditionExpression>${escape(condition)}</bpmn:conditionExpression>`;
      return `<bpmn:sequenceFlow id="f${index + 1}" sourceRef="${from}" targetRef="${to}">${inner}</bpmn:sequenceFlow>`;
    })
    .join('');
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" ' +
    'xmlns:pm="http://processmaker.com/BPMN/2.0/Schema.xsd" id="Definitions" targetNamespace="http://bpmn.io/schema/bpmn">' +
    `${extra}<bpmn:process id="ProcessId" name="ProcessName" isExecutable="true">` +
    `${elements.map((element) => elementXml(element, flows)).join('')}${flowXml}</bpmn:process></bpmn:definitions>`
  );
}

/** A start event that the users may trigger by hand. */
export function startEvent(id: string, name: string, users = ''): Element {
  return {
    type: 'startEvent',
    id,
    name,
    pm:
      users === ''
        ? {}
        : { allowInterstitial: 'false', assignment: 'user', assignedUsers: users, assignedGroups: '' },
  };
}

/** A form task for the users. */
export function formTask(id: string, name: string, users: string, screen = '3'): Element {
  return {
    type: 'task',
    id,
    name,
    pm: {
      screenRef: screen,
      assignment: 'user_group',
      assignedUsers: users,
      assignedGroups: '',
      allowReassignment: 'true',
    },
  };
}

/** An end event. */
export function endEvent(id: string, name: string): Element {
  return { type: 'endEvent', id, name };
}

/** The flows of a straight line through the ids. */
export function line(...ids: string[]): Flow[] {
  return ids.slice(1).map((to, index) => ({ from: ids[index] ?? to, to }));
}

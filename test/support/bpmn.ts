/** A start event of a process to make: who may trigger it, and what does so besides a person. */
export interface StartEventInput {
  id: string;
  name: string;
  userId?: number;
  trigger?: 'timer';
}

const NAMESPACES = [
  'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"',
  'xmlns:pm="http://processmaker.com/BPMN/2.0/Schema.xsd"',
  'targetNamespace="http://bpmn.io/schema/bpmn"',
].join(' ');

/** A process that leads from each of its start events straight to its end. @param others elements beside them */
export function createBpmn(startEvents: StartEventInput[], others: string[] = []): string {
  const elements = startEvents.map(({ id, name, userId, trigger }) => {
    const assignment = userId === undefined ? '' : `pm:assignment="user" pm:assignedUsers="${userId}"`;
    const definition = trigger
      ? `<bpmn:${trigger}EventDefinition id="${id}_trigger"><bpmn:timeCycle>R/2030-01-01T00:00:00Z/P1D</bpmn:timeCycle></bpmn:${trigger}EventDefinition>`
      : '';
    return `<bpmn:startEvent id="${id}" name="${name}" ${assignment}><bpmn:outgoing>${id}_flow</bpmn:outgoing>${definition}</bpmn:startEvent>
<bpmn:sequenceFlow id="${id}_flow" sourceRef="${id}" targetRef="end"/>`;
  });
  const incoming = startEvents.map(({ id }) => `<bpmn:incoming>${id}_flow</bpmn:incoming>`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions ${NAMESPACES} id="definitions">
<bpmn:process id="ProcessId" name="ProcessName" isExecutable="true">
${[...elements, ...others].join('\n')}
<bpmn:endEvent id="end" name="End">${incoming}</bpmn:endEvent>
</bpmn:process>
</bpmn:definitions>`;
}

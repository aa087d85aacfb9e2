declare module 'bpmn-moddle' {
  /** An element of a parsed BPMN document. */
  export interface ModdleElement {
    $type: string;
    $attrs: Record<string, string>;
    id: string;
    name?: string;
    calledElement?: string;
    messageRef?: ModdleElement | string;
    signalRef?: ModdleElement | string;
    sourceRef?: ModdleElement;
    targetRef?: ModdleElement;
    attachedToRef?: ModdleElement;
    conditionExpression?: ModdleElement;
    default?: ModdleElement;
    timeDuration?: { body: string };
    timeDate?: { body: string };
    body?: string;
    incoming?: ModdleElement[];
    outgoing?: ModdleElement[];
    flowElements?: ModdleElement[];
    eventDefinitions?: ModdleElement[];
    rootElements?: ModdleElement[];
  }

  export default class BpmnModdle {
    fromXML(xml: string): Promise<{ rootElement: ModdleElement }>;
    toXML(element: ModdleElement): Promise<{ xml: string }>;
    create(type: string, properties: Partial<ModdleElement>): ModdleElement;
  }
}

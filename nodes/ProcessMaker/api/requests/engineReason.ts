import { asText, objectsIn } from '../../guards';
import { withoutSignature } from '../shownData';
import type { ApiRequest } from './simplifyRequest';

/** Where and why ProcessMaker's engine stopped a Request: ` at "Task" (node_2): message`; empty when it did not. */
export function engineReason(request: ApiRequest): string {
  const [engineError = {}] = objectsIn(request.errors);
  const elementId = asText(engineError.element_id);
  const element = elementId && ` at "${asText(engineError.element_name)}" (${elementId})`;
  const reason = withoutSignature(asText(engineError.message));
  return element + (reason && `: ${reason}`);
}

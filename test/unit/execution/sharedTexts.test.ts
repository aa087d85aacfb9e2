import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { shareTexts } from '../../../nodes/ProcessMaker/execution/sharedTexts';

const anyObject = fc
  .dictionary(fc.oneof(fc.constantFrom('a', 'b', '__proto__', 'constructor'), fc.string()), fc.jsonValue())
  .map((value) => JSON.parse(JSON.stringify(value)) as IDataObject);

test('shareTexts changes nothing that can be seen, in either object', () => {
  fc.assert(
    fc.property(anyObject, anyObject, (current, previous) => {
      const before = JSON.stringify([current, previous]);
      shareTexts(current, previous);
      shareTexts(current, JSON.parse(JSON.stringify(current)) as IDataObject);
      expect(JSON.stringify([current, previous])).toBe(before);
    }),
  );
});

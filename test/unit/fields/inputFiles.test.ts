import type { IExecuteFunctions } from 'n8n-workflow';
import { readInputFiles } from '../../../nodes/ProcessMaker/fields/inputFiles';

const sizeOf = (binary: object) => {
  const context = {
    getNodeParameter: () => [{ field: 'data' }],
    helpers: { assertBinaryData: () => ({ mimeType: 'text/plain', fileName: 'a.txt', ...binary }) },
  } as unknown as IExecuteFunctions;
  return readInputFiles(context, 0, 'files')[0]?.size;
};

test('takes a file of which n8n does not say the size for as large as any may be', () => {
  expect(sizeOf({ id: 'filesystem-v2:1', data: 'filesystem-v2' })).toBe(100 * 1024 * 1024);
});

test('knows the size of a file that n8n says, or holds itself', () => {
  expect(sizeOf({ id: 'filesystem-v2:1', data: 'filesystem-v2', bytes: 7 })).toBe(7);
  expect(sizeOf({ data: Buffer.from('abcdef').toString('base64') })).toBe(6);
});

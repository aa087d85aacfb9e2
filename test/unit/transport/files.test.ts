import fc from 'fast-check';

import { encodeForm, toFileName } from '../../../nodes/ProcessMaker/transport/files';

/** Reads a form with Node's own parser. */
async function parse({ content, contentType }: ReturnType<typeof encodeForm>) {
  const response = new Response(new Uint8Array(content), { headers: { 'content-type': contentType } });
  const form = await response.formData();
  const file = form.get('file');
  if (!(file instanceof Blob)) throw new Error('The form has no file.');
  return { form, file, bytes: Buffer.from(await file.arrayBuffer()) };
}

const text = fc.string({ unit: 'binary' });

it('encodes any bytes, file name and field so that a form parser reads them back', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, fc.uint8Array({ maxLength: 500 }), async (field, name, bytes) => {
      const fileName = toFileName(name).replaceAll('%', '') || 'file';
      const content = Buffer.from(bytes);
      const parsed = await parse(
        encodeForm({ data_name: field }, { content, fileName, mimeType: 'text/csv' }),
      );
      // A form has only one kind of line break, and no half characters.
      expect(parsed.form.get('data_name')).toBe(Buffer.from(field).toString());
      expect(parsed.file.name).toBe(fileName);
      expect(parsed.file.type).toBe('text/csv');
      expect(parsed.bytes.equals(content)).toBe(true);
    }),
  );
});

it('encodes a form within a form without changing its bytes', async () => {
  const inner = encodeForm({ a: 'b' }, { content: Buffer.from('x'), fileName: 'x', mimeType: 'text/plain' });
  const outer = encodeForm({}, { content: inner.content, fileName: 'form.bin', mimeType: inner.contentType });
  const { bytes, file } = await parse(outer);
  expect(bytes.equals(inner.content)).toBe(true);
  expect(file.type).toBe('application/octet-stream');
});

it('removes from a file name every character that could end its header', () => {
  fc.assert(
    fc.property(text, (name) => {
      expect(toFileName(name)).not.toMatch(/["\\/\r\n\0]/);
      expect(toFileName(name).isWellFormed()).toBe(true);
    }),
  );
});

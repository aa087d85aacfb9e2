/** The file and the variable of a form that was sent to a Request. */
export function readForm(form: Buffer, contentType: string): object {
  const [, boundary = ''] = /boundary=(.+)$/.exec(contentType) ?? [];
  const parts = form.toString('latin1').split(`--${boundary}`).slice(1, -1);
  let [variable, name, mimeType] = ['', '', ''];
  let content = Buffer.alloc(0);
  for (const part of parts) {
    const end = part.indexOf('\r\n\r\n');
    const head = part.slice(0, end);
    const text = part.slice(end + 4, -2);
    const [, fileName] = /filename="([^"]*)"/.exec(head) ?? [];
    if (fileName === undefined) variable = text;
    else {
      name = fileName;
      content = Buffer.from(text, 'latin1');
      mimeType = /Content-Type: (\S+)/.exec(head)?.[1] ?? '';
    }
  }
  return { variable, name, mimeType, content };
}

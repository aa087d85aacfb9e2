const RESUME_URL = 'https://n8n.example/webhook-waiting/7?signature=5ec2e7';

/** Data of a Request that must not be shown as it is. */
export const HIDDEN_DATA = {
  _n8n_key: 'execution.0.1',
  _n8n_resume_url: `${RESUME_URL}&wait=tag-1`,
  answer: { to: [`POST ${RESUME_URL}&wait=tag-2 please`] },
  // Not of the nodes.
  page: 'https://shop.example/?signature=public',
};

/** Whether shown data holds what it may of `HIDDEN_DATA`, and these fields. */
export function expectShown(data: unknown, fields: object): void {
  expect(data).toMatchObject({
    ...fields,
    page: HIDDEN_DATA.page,
    answer: { to: ['POST https://n8n.example/webhook-waiting/7?signature=***&wait=tag-2 please'] },
  });
  expect(data).not.toHaveProperty('_n8n_key');
  expect(data).not.toHaveProperty('_n8n_resume_url');
  expect(JSON.stringify(data)).not.toContain('5ec2e7');
}

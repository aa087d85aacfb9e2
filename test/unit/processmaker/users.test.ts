import { openApi, type Api } from './api';

let api: Api;

beforeEach(async () => {
  api = await openApi();
});

afterEach(() => api.processMaker.close());

test.each([
  ['admin', 4, 200],
  ['operator', 4, 200],
  ['nobody', 4, 200],
  ['limited', 4, 403],
  ['limited', 999, 404],
  ['admin', 999, 404],
])('the user %s who asks for user %d gets %d', async (token, id, status) => {
  const shown = await api.call(token, 'GET', `/users/${id}`);
  expect(shown.status).toBe(status);
  expect(shown.body).toMatchObject(
    { 200: { id, username: 'nobody' }, 403: { message: 'Not authorized to update this user.' } }[status] ?? {
      error: 'Not Found',
    },
  );
});

import { UnhandledRejections } from '../../support/unhandled-rejections';

const late = new Error('late');
const promise = Promise.resolve();
const newTest = () => ({ errors: [] as unknown[] });

it('a promise that is listened to after it has rejected fails the test in which it rejected', () => {
  const [test, next] = [newTest(), newTest()];
  const rejections = new UnhandledRejections();
  rejections.note({ name: 'error', promise, error: late }, test, []);
  rejections.note({ name: 'error_handled', promise }, next, []);
  expect([test.errors, next.errors]).toEqual([[late], []]);
});

it('a promise that rejects between the tests fails the file', () => {
  const outside: unknown[] = [];
  const rejections = new UnhandledRejections();
  rejections.note({ name: 'error', promise, error: late }, undefined, outside);
  rejections.note({ name: 'error_handled', promise }, newTest(), outside);
  expect(outside).toEqual([late]);
});

it('a promise to which nobody listens at all is left to Jest, so that it is told once', () => {
  const [test, outside] = [newTest(), [] as unknown[]];
  const rejections = new UnhandledRejections();
  rejections.note({ name: 'error', promise, error: late }, test, outside);
  expect([test.errors, outside]).toEqual([[], []]);
});

it('an exception is no promise, and is left to Jest', () => {
  const test = newTest();
  const rejections = new UnhandledRejections();
  rejections.note({ name: 'error', error: late }, test, []);
  rejections.note({ name: 'test_fn_success' }, test, []);
  expect(test.errors).toEqual([]);
});

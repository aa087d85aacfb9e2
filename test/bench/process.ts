/** The process of the stand-in that is started, given by id so that nothing has to be looked up. */
export const PROCESS_ID = '21';
export const START_EVENT = 'new_order';

/** The call that starts it. */
export const startPath = `/api/1.0/process_events/${PROCESS_ID}?event=${START_EVENT}`;

/** The items of a run: orders that differ in their number. */
export function orders(count: number): Array<{ order: string; customer: string; amount: number }> {
  return Array.from({ length: count }, (_, index) => ({
    order: `PO-${index}`,
    customer: `Customer ${index % 97}`,
    amount: (index * 37) % 2000,
  }));
}

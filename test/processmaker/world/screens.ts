/** An input of a form. */
export interface ScreenField {
  name: string;
  label: string;
  component:
    'FormInput' | 'FormTextArea' | 'FormCheckbox' | 'FormDatePicker' | 'FormSelectList' | 'FileUpload';
  format: 'string' | 'currency' | 'int' | 'datetime' | 'boolean';
  options?: Record<string, string>;
}

export interface Screen {
  id: number;
  title: string;
  description: string;
  fields: ScreenField[];
}

const text = (name: string, label: string): ScreenField => ({
  name,
  label,
  component: 'FormInput',
  format: 'string',
});
const notes = (name: string, label: string): ScreenField => ({
  ...text(name, label),
  component: 'FormTextArea',
});
const box = (name: string, label: string): ScreenField => ({
  name,
  label,
  component: 'FormCheckbox',
  format: 'boolean',
});

/** The forms of the tasks. */
export const SCREENS: Screen[] = [
  {
    id: 3,
    title: 'Order form',
    description: 'typed fields',
    fields: [
      text('orderId', 'Order Id'),
      { name: 'amount', label: 'Amount', component: 'FormInput', format: 'currency' },
      { name: 'qty', label: 'Quantity', component: 'FormInput', format: 'int' },
      notes('notes', 'Notes'),
      box('urgent', 'Urgent'),
      { name: 'due', label: 'Due date', component: 'FormDatePicker', format: 'datetime' },
      {
        name: 'color',
        label: 'Color',
        component: 'FormSelectList',
        format: 'string',
        options: { r: 'Red', g: 'Green' },
      },
      { name: 'attachment', label: 'Attachment', component: 'FileUpload', format: 'string' },
    ],
  },
  {
    id: 21,
    title: 'Approve purchase order',
    description: 'The decision on a purchase order',
    fields: [box('approved', 'Approved'), notes('comment', 'Comment')],
  },
  {
    id: 22,
    title: 'Place the order',
    description: 'Confirmation of an order',
    fields: [text('orderNumber', 'Order number of the supplier')],
  },
  {
    id: 23,
    title: 'Create the accounts',
    description: 'Accounts of a new colleague',
    fields: [text('email', 'E-mail address'), box('accountsReady', 'All accounts work')],
  },
  {
    id: 24,
    title: 'Prepare the desk',
    description: 'Desk of a new colleague',
    fields: [text('desk', 'Desk number')],
  },
  {
    id: 25,
    title: 'Check the invoice',
    description: 'The check of an invoice',
    fields: [box('approved', 'The invoice is correct'), notes('comment', 'Comment')],
  },
  {
    id: 26,
    title: 'Release the payment',
    description: 'The payment of an invoice',
    fields: [{ name: 'paidAt', label: 'Payment date', component: 'FormDatePicker', format: 'datetime' }],
  },
];

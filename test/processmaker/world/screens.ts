import {
  checkbox,
  columns,
  datePicker,
  fileUpload,
  loop,
  multiSelectList,
  nestedScreen,
  numberInput,
  pages,
  recordList,
  required,
  selectList,
  submitButton,
  textArea,
  textInput,
} from '../forms/build';
import type { FormItem, FormPage } from '../forms/item';

export interface Screen {
  id: number;
  title: string;
  description: string;
  pages: FormPage[];
}

/** A screen with one page. */
const screen = (id: number, title: string, description: string, items: FormItem[]): Screen => ({
  id,
  title,
  description,
  pages: pages({ name: title, items }),
});

const shop = textInput('shop', 'Shop');
const price = numberInput('price', 'Price', 'currency');

/** A form with everything that a form can hold. */
const expenses: Screen = {
  id: 31,
  title: 'Travel expenses',
  description: 'What a journey has cost',
  pages: pages(
    {
      name: 'Journey',
      items: [
        columns(
          [required(textInput('employee', 'Employee'))],
          [
            required(
              selectList('costCentre', 'Cost centre', {
                '4100': 'Sales',
                '4200': 'Support',
                '4300': 'Development',
              }),
            ),
          ],
        ),
        required(textArea('reason', 'Reason of the journey')),
        numberInput('total', 'Total', 'currency'),
        numberInput('days', 'Days', 'int'),
        numberInput('mileage', 'Mileage', 'float'),
        required(datePicker('travelDate', 'Day of travel', 'date')),
        datePicker('departure', 'Departure', 'datetime'),
        checkbox('prepaid', 'Paid in advance'),
        multiSelectList('meals', 'Meals', { b: 'Breakfast', l: 'Lunch', d: 'Dinner' }),
        loop('trips', 'Trips', [
          required(textInput('from', 'From')),
          required(textInput('to', 'To')),
          numberInput('distance', 'Distance', 'float'),
        ]),
        recordList('receipts', 'Receipts', 1, [shop, price]),
        nestedScreen(33, 'Bank account'),
        fileUpload('receiptScan', 'Scan of the receipts'),
        submitButton('sendReport', 'Send'),
      ],
    },
    { name: 'Receipt', items: [shop, price] },
  ),
};

/** The forms of tasks and start events. */
export const SCREENS: Screen[] = [
  screen(3, 'Order form', 'typed fields', [
    required(textInput('orderId', 'Order Id')),
    numberInput('amount', 'Amount', 'currency'),
    numberInput('qty', 'Quantity', 'int'),
    textArea('notes', 'Notes'),
    checkbox('urgent', 'Urgent'),
    datePicker('due', 'Due date', 'datetime'),
    selectList('color', 'Color', { r: 'Red', g: 'Green' }),
    fileUpload('attachment', 'Attachment'),
  ]),
  screen(21, 'Approve purchase order', 'The decision on a purchase order', [
    checkbox('approved', 'Approved'),
    textArea('comment', 'Comment'),
  ]),
  screen(22, 'Place the order', 'Confirmation of an order', [
    textInput('orderNumber', 'Order number of the supplier'),
  ]),
  screen(23, 'Create the accounts', 'Accounts of a new colleague', [
    textInput('email', 'E-mail address'),
    checkbox('accountsReady', 'All accounts work'),
  ]),
  screen(24, 'Prepare the desk', 'Desk of a new colleague', [textInput('desk', 'Desk number')]),
  screen(25, 'Check the invoice', 'The check of an invoice', [
    checkbox('approved', 'The invoice is correct'),
    textArea('comment', 'Comment'),
  ]),
  screen(26, 'Release the payment', 'The payment of an invoice', [
    datePicker('paidAt', 'Payment date', 'datetime'),
  ]),
  screen(27, 'Check the goods', 'The check of a delivery', [
    checkbox('complete', 'Everything was delivered'),
    textArea('damage', 'Damage'),
  ]),
  screen(28, 'Answer the ticket', 'The answer to a help desk ticket', [
    required(textArea('answer', 'Answer')),
  ]),
  expenses,
  screen(32, 'Check the expenses', 'The decision on a travel expense report', [
    checkbox('approved', 'Approved'),
    textArea('comment', 'Comment'),
  ]),
  screen(33, 'Bank account', 'Where money is paid to', [
    required(textInput('iban', 'IBAN')),
    textInput('accountHolder', 'Account holder'),
  ]),
  screen(34, 'Approve the contract', 'The decision on a contract', [checkbox('approved', 'Approved')]),
];

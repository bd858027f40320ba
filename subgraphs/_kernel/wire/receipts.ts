/** Where receipts are shown, at the company's own address. */
export const RECEIPTS_PATH = '/receipts';

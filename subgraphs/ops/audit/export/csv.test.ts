import { describe, expect, it } from '@jest/globals';
import { csvLine } from './csv.js';

describe('a line for spreadsheets', () => {
  it('quotes every cell, and quotes within it', () => {
    expect(csvLine(['a', 'b,c', 'say "hi"', 'two\nlines', null, ''])).toBe('"a","b,c","say ""hi""","two\nlines","",""\r\n');
  });

  it.each([
    '=1+1',
    '+1',
    '-2+3',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    ' =HYPERLINK("http://evil.example")',
    '＝1+1',
    '\n=cmd|calc!A1',
  ])('is text to a spreadsheet that would run %j', (formula) => {
    expect(csvLine([formula])).toBe(`"'${formula.replaceAll('"', '""')}"\r\n`);
  });
});

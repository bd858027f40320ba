/** `Monday, February 1, 2027 at 9:00 AM`. @param instant ISO 8601 @param timeZone IANA */
export const timeInWords = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'full', timeStyle: 'short' })
    .format(new Date(instant))
    // Which space stands before AM differs between releases of Unicode's data.
    .replaceAll(/\s/g, ' ');

/** What was written into a field of a form, without blanks around it. */
export const fieldIn = (form: HTMLFormElement, name: string): string => {
  const value = new FormData(form).get(name);
  return typeof value === 'string' ? value.trim() : '';
};

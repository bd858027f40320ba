import { ask } from '../graph/ask.js';
import { ChoosePasswordDocument } from '../graph/operations.generated.js';

/** What stands in the link of a welcome; null where the page was opened by none. */
export const welcomeIn = (hash: string): string | null => /^#welcome=([\w-]{1,100})$/.exec(hash)?.[1] ?? null;

/** Chooses a password by a link. @returns why not, or null when it went well */
export async function choosePassword(token: string, newPassword: string): Promise<string | null> {
  const { chooseAdminPassword: answer } = await ask(ChoosePasswordDocument, { input: { token, newPassword } });
  if (answer?.__typename === 'AdminPasswordChosen') return null;
  if (answer?.__typename === 'ValidationError') return `The password ${answer.issues.map(({ message }) => message).join(', and ')}.`;
  return answer?.message ?? 'The platform gave no answer';
}

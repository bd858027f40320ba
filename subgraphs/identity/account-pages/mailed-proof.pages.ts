import type { MailedProofService } from '../mailed-proof/mailed-proof.service.js';
import type { PasswordService } from '../password/password.service.js';
import type { EmailVerificationService } from '../user/email-verification.service.js';
import { html } from './html.js';
import { button, field, hidden, PASSWORD_HINT, type Page } from './page.js';
import { refusalOf, refused } from './refusal.js';
import { SIGN_IN_PATH } from './sign-in.forms.js';
import { said, type PageHandlers, type PageVisit } from './visit.js';

const toSignIn = html`<p><a href="${SIGN_IN_PATH}">Sign in</a></p>`;

/** The page behind the link by which an address is verified. The link alone verifies nothing: see the sign-in page. */
export function verifyEmailPage(verification: EmailVerificationService): PageHandlers {
  const path = '/account/verify-email';
  const page = (visit: PageVisit, token: string): Page => ({
    title: 'Verify your address',
    body: html`<form method="post" action="${path}">
${visit.formToken}${hidden('token', token)}
<p>Confirm that this e-mail address is yours.</p>
${button('It is mine')}
</form>`,
  });
  return {
    path,
    get: async (visit) => page(visit, said(visit.query, 'token')),
    async post(visit) {
      const { context, form } = visit;
      try {
        await verification.verify(context, { token: said(form, 'token') });
      } catch (error) {
        return refused({ title: 'Verify your address', body: toSignIn }, refusalOf(error));
      }
      return { title: 'Address verified', notice: { kind: 'good', text: 'Thank you.' }, body: toSignIn };
    },
  };
}

/** Without a link: asks for one. With it: takes the new password. */
export function resetPasswordPage(passwords: PasswordService, proofs: MailedProofService): PageHandlers {
  const path = '/account/reset-password';

  const askPage = (visit: PageVisit, error?: string): Page => ({
    title: 'Reset your password',
    body: html`<p>We send you a link by which you choose a new one.</p>
<form method="post" action="${path}">
${visit.formToken}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', error })}
${button('Send')}
</form>
${toSignIn}`,
  });

  const choosePage = (visit: PageVisit, token: string, error?: string): Page => ({
    title: 'Choose a new password',
    body: html`<form method="post" action="${path}">
${visit.formToken}${hidden('token', token)}
${field({
  name: 'newPassword',
  label: 'New password',
  type: 'password',
  autocomplete: 'new-password',
  hint: PASSWORD_HINT,
  error,
})}
${button('Set password')}
</form>`,
  });

  const ask = async (visit: PageVisit): Promise<Page> => {
    try {
      const { email } = await proofs.request(visit.context, 'PASSWORD_RESET', said(visit.form, 'email'));
      const text = `If we know ${email}, a link is on its way. It is good for an hour.`;
      return { title: 'Look into your mail', notice: { kind: 'good', text }, body: toSignIn };
    } catch (error) {
      const refusal = refusalOf(error);
      return refused(askPage(visit, refusal.of('email')), refusal);
    }
  };

  const choose = async (visit: PageVisit, token: string): Promise<Page> => {
    try {
      await passwords.reset(visit.context, { token, newPassword: said(visit.form, 'newPassword') });
    } catch (error) {
      const refusal = refusalOf(error);
      const issue = refusal.of('newPassword');
      return refused(issue ? choosePage(visit, token, `It ${issue}.`) : askPage(visit), refusal);
    }
    const text = 'Your password is changed, and every device was signed out.';
    return { title: 'Password changed', notice: { kind: 'good', text }, body: toSignIn };
  };

  return {
    path,
    async get(visit) {
      const token = said(visit.query, 'token');
      return token ? choosePage(visit, token) : askPage(visit);
    },
    post: (visit) => {
      const token = said(visit.form, 'token');
      return token ? choose(visit, token) : ask(visit);
    },
  };
}

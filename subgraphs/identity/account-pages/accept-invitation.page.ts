import type { InvitationService } from '../invitation/invitation.service.js';
import { html } from './html.js';
import { button, field, hidden, PASSWORD_HINT, type Page } from './page.js';
import { refusalOf, refused, type PageRefusal } from './refusal.js';
import { SIGN_IN_PATH } from './sign-in.forms.js';
import { said, type PageHandlers, type PageVisit } from './visit.js';

const PATH = '/account/accept-invitation';

/** Whoever the platform knows joins by one click; who is new is asked for a name and a password then. */
export function acceptInvitationPage(invitations: InvitationService): PageHandlers {
  const joinPage = (visit: PageVisit, token: string): Page => ({
    title: `Join ${visit.context.tenant.name}`,
    body: html`<p>You have been invited.</p>
<form method="post" action="${PATH}">
${visit.formToken}${hidden('token', token)}
${button('Accept the invitation')}
</form>`,
  });

  const newcomerPage = (visit: PageVisit, token: string, refusal: PageRefusal | null): Page => {
    const errorOf = (name: string): string | undefined => {
      const issue = refusal?.of(name);
      return issue && `It ${issue}.`;
    };
    return {
      title: `Join ${visit.context.tenant.name}`,
      body: html`<form method="post" action="${PATH}">
${visit.formToken}${hidden('token', token)}
${field({
  name: 'displayName',
  label: 'Your name',
  autocomplete: 'name',
  value: said(visit.form, 'displayName'),
  error: errorOf('displayName'),
})}
${field({
  name: 'password',
  label: 'Password',
  type: 'password',
  autocomplete: 'new-password',
  hint: PASSWORD_HINT,
  error: errorOf('password'),
})}
${button('Join')}
</form>`,
    };
  };

  return {
    path: PATH,
    get: async (visit) => joinPage(visit, said(visit.query, 'token')),
    async post(visit) {
      const { context, form } = visit;
      const token = said(form, 'token');
      try {
        await invitations.accept(context, {
          token,
          displayName: form.get('displayName'),
          password: form.get('password'),
        });
      } catch (error) {
        const refusal = refusalOf(error);
        if (!refusal.of('displayName') && !refusal.of('password')) return refused(joinPage(visit, token), refusal);
        // Asked for the first time: nothing is wrong yet.
        if (!form.has('password')) return newcomerPage(visit, token, null);
        return refused(newcomerPage(visit, token, refusal), refusal);
      }
      return {
        title: 'Welcome',
        notice: { kind: 'good', text: `You are a member of ${context.tenant.name} now.` },
        body: html`<p><a href="${SIGN_IN_PATH}">Sign in</a></p>`,
      };
    },
  };
}

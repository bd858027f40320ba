import type { builder } from '../builder.js';
import type { IssuedToken } from './token-issuer.js';

type FieldsOf<Shape> = PothosSchemaTypes.ObjectFieldBuilder<typeof builder.$inferSchemaTypes, Shape>;

/** What every sign-in answers, of whichever realm it is. */
export const accessTokenFields = <SignedIn extends { readonly access: IssuedToken }>(t: FieldsOf<SignedIn>) => ({
  accessToken: t.string({
    description: 'Sent as `Authorization: Bearer …`; lives 15 minutes.',
    resolve: (signedIn) => signedIn.access.token,
  }),
  accessTokenExpiresAt: t.field({
    type: 'DateTime',
    description: 'When the access token ends.',
    resolve: (signedIn) => signedIn.access.expiresAt,
  }),
});

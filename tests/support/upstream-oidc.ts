import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

export interface UpstreamPerson {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

/** A provider of OpenID Connect elsewhere, which signs in whoever it is told. */
export interface UpstreamOidc {
  readonly issuer: string;
  readonly clientSecret: string;
  /** Who is at the browser. */
  signedIn(person: UpstreamPerson): void;
  /** Where it sends people back to. */
  trust(redirectUri: string): void;
  stop(): Promise<void>;
}

export async function startUpstreamOidc(clientId = 'spine'): Promise<UpstreamOidc> {
  let provider: Provider | undefined;
  let person: UpstreamPerson = { sub: 'nobody' };
  const clientSecret = 'an upstream secret of tests';
  const server = createServer((request, response) => {
    if (!provider) {
      response.writeHead(503).end();
      return;
    }
    if (request.url?.startsWith('/interaction/')) {
      void provider.interactionFinished(request, response, { login: { accountId: person.sub } });
      return;
    }
    void provider.callback()(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const trust = (redirectUri: string): void => {
    provider = new Provider(issuer, {
      clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUri] }],
      cookies: { keys: ['cookies of tests'] },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ ...person, sub }) }),
      async loadExistingGrant({ oidc }) {
        const { client, session } = oidc;
        if (!client || !session?.accountId || !oidc.provider) return undefined;
        const grant = new oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
        grant.addOIDCScope('openid email profile');
        await grant.save();
        return grant;
      },
    });
  };
  trust('https://nowhere.example/callback');
  return {
    issuer,
    clientSecret,
    trust,
    signedIn: (next) => {
      person = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import samlify from 'samlify';
import { newSigningPair } from './certificate.js';

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const EMAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';

export interface StockSamlIdp {
  readonly entityId: string;
  /** What the platform is told; a browser is led there, and finds the provider at `url`. */
  readonly signOnUrl: string;
  readonly url: string;
  readonly certificate: string;
  /** Tells the provider of a service, by nothing but the metadata that the service serves. */
  trust(metadata: string): void;
  stop(): Promise<void>;
}

/** What a form of the provider posts by itself. */
export interface PostedForm {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The one form of a page, as a browser would post it. */
export function formIn(page: string): PostedForm {
  const fields = [...page.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);
  return { action: /<form[^>]* action="([^"]*)"/.exec(page)?.[1] ?? '', fields: Object.fromEntries(fields) as Record<string, string> };
}

/** A provider of SAML made with a library that others use for theirs, over HTTP; whoever comes is signed in there. */
export async function startStockSamlIdp(email: string): Promise<StockSamlIdp> {
  const { certificate, privateKey } = newSigningPair('stock.example');
  const [entityId, signOnUrl] = ['https://stock.example/metadata', 'https://stock.example/sso'];
  samlify.setSchemaValidator({ validate: () => Promise.resolve('well-formed') });
  const idp = samlify.IdentityProvider({
    entityID: entityId,
    privateKey,
    signingCert: certificate,
    nameIDFormat: [EMAIL_FORMAT],
    singleSignOnService: [{ Binding: REDIRECT, Location: signOnUrl }],
    singleLogoutService: [{ Binding: REDIRECT, Location: `${signOnUrl}/logout` }],
  });
  let service: ReturnType<typeof samlify.ServiceProvider> | undefined;

  const signIn = async (query: Readonly<Record<string, string>>): Promise<string> => {
    if (!service) throw new Error('The provider knows no service');
    const asked = await idp.parseLoginRequest(service, 'redirect', { query });
    const answer = await idp.createLoginResponse(service, { ...asked }, 'post', { email });
    const action = 'entityEndpoint' in answer ? String(answer.entityEndpoint) : '';
    const fields = { SAMLResponse: answer.context, RelayState: query['RelayState'] ?? '' };
    const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}"/>`);
    return `<form method="post" action="${action}">${inputs.join('')}</form>`;
  };

  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', signOnUrl);
    signIn(Object.fromEntries(searchParams)).then(
      (page) => response.writeHead(200, { 'content-type': 'text/html' }).end(page),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    entityId,
    signOnUrl,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    certificate,
    trust: (metadata) => {
      service = samlify.ServiceProvider({ metadata });
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { Agent, fetch as askAt } from 'undici';
import * as oidc from 'openid-client';
import { createBrowser, type Browser, type LoadedPage } from './browser.js';

/** Where a client is sent back to; nobody listens there. */
export const CALLBACK = 'https://rp.example/callback';

/** Every name is this machine's: what a name server would say of a company's subdomain. */
const local = new Agent({
  connect: { lookup: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]) },
});

/** Asks by the name of a company, wherever this machine would look for it. */
export const fetchLocally: oidc.CustomFetch = async (url, { method, headers, body, redirect }) => {
  const response = await askAt(url, { method, headers, body: body as string | null, redirect, dispatcher: local });
  return new Response(response.status === 204 ? null : await response.text(), {
    status: response.status,
    headers: [...response.headers],
  });
};

export interface RelyingParty {
  readonly config: oidc.Configuration;
  readonly issuer: string;
  readonly browser: Browser;
}

type Client = { readonly id: string; readonly secret: string | null };

/** A stock OpenID Connect client at a company, with a browser of its own. */
export const relyingParty = (url: string, slug: string, client: Client): Promise<RelyingParty> =>
  relyingPartyAt(url, `${slug}.localhost`, client);

/** The same, at whichever name the company is reached by. */
export async function relyingPartyAt(url: string, name: string, client: Client): Promise<RelyingParty> {
  const host = `${name}:${new URL(url).port}`;
  const issuer = `http://${host}`;
  const auth = client.secret === null ? oidc.None() : oidc.ClientSecretBasic(client.secret);
  const config = await oidc.discovery(new URL(issuer), client.id, {}, auth, {
    execute: [oidc.allowInsecureRequests],
    [oidc.customFetch]: fetchLocally,
  });
  return { config, issuer, browser: createBrowser(url, host) };
}

export interface Started {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly page: LoadedPage;
}

export const pathOf = ({ pathname, search }: URL): string => pathname + search;

/** Sends the browser to the authorization server. */
export async function startSignIn(
  { config, browser }: RelyingParty,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const target = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...parameters,
  });
  return { verifier, state, nonce, page: await browser.open(pathOf(target)) };
}

/** Changes the code in the address that the browser was sent to for tokens. */
export function finishSignIn(
  { config }: RelyingParty,
  { verifier, state, nonce }: Started,
  page: LoadedPage,
  parameters: Readonly<Record<string, string>> = {},
  options: oidc.AuthorizationCodeGrantOptions = {},
): ReturnType<typeof oidc.authorizationCodeGrant> {
  if (!page.leftFor) throw new Error(`The browser is still here, at ${page.path} (${page.status}): ${page.title}\n${page.text.slice(0, 800)}`);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  return oidc.authorizationCodeGrant(config, page.leftFor, checks, parameters, options);
}

import type { Graph } from './graph.js';

interface SignedIn {
  readonly signedIn: { readonly accessToken?: string; readonly message?: string } | null;
}

/**
 * Signs a member of the company in, or with null as company somebody of the platform's staff.
 * @returns an access token
 * @throws with what the platform says of it
 */
export async function signIn(graph: Graph, tenant: string | null, email: string, password: string): Promise<string> {
  const mutation =
    tenant === null
      ? `mutation SignIn($input: AdminLoginInput!) {
           signedIn: adminLogin(input: $input) { ... on AdminAuthPayload { accessToken } ... on UserError { message } }
         }`
      : `mutation SignIn($input: LoginInput!) {
           signedIn: login(input: $input) { ... on AuthPayload { accessToken } ... on UserError { message } }
         }`;
  const { data, errors } = await graph.ask<SignedIn>(mutation, { input: { email, password } });
  const token = data?.signedIn?.accessToken;
  if (!token) throw new Error(data?.signedIn?.message ?? errors?.[0]?.message ?? 'Cannot sign in');
  return token;
}

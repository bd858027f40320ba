import type { JsonObject } from '../../stages/execution/json.js';
import type { RestOperation, Schema } from './rest-operation.js';
import { answered, instant, objectOf, orNull, text, USER_ERROR } from './schemas.js';

const PATH = '/api/admin/auth';
const USER = 'id email displayName role department lastLoginAt';

const user: Schema = objectOf({
  id: text,
  email: text,
  displayName: text,
  role: text,
  department: orNull(text),
  lastLoginAt: orNull(instant),
});

const refreshToken = {
  name: 'refreshToken',
  path: PATH,
  setBy: ({ refreshToken: value, refreshTokenExpiresAt: until }: JsonObject, now: number) => ({
    value: String(value),
    // Whole minutes: what the sign-in itself took is no part of how long the cookie is kept.
    seconds: Math.max(0, Math.ceil((Date.parse(String(until)) - now) / 60_000) * 60),
  }),
} as const;

const login: RestOperation = {
  method: 'POST',
  path: `${PATH}/login`,
  summary: 'Signs a member of platform staff in; what renews her access token comes as a cookie.',
  source: `mutation RestAdminLogin($input: AdminLoginInput!) {
    adminLogin(input: $input) {
      __typename
      ... on AdminAuthPayload { accessToken refreshToken refreshTokenExpiresAt user { ${USER} } }
      ${USER_ERROR}
    }
  }`,
  root: 'adminLogin',
  success: 'AdminAuthPayload',
  variablesOf: ({ body }) => ({ input: body }),
  answerOf: ({ user: who, accessToken }) => ({ user: who, accessToken }),
  cookie: refreshToken,
  requestSchema: objectOf(
    { email: text, password: text, code: { type: 'string', description: 'Of the second factor, for who has one.' } },
    ['email', 'password'],
  ),
  answerSchema: answered({ user, accessToken: text }),
};

const refresh: RestOperation = {
  method: 'POST',
  path: `${PATH}/refresh`,
  summary: 'Gives another access token for the cookie of the sign-in, and another cookie. One that was used before ends the session.',
  source: `mutation RestAdminRefresh($refreshToken: String!) {
    refreshAdminSession(refreshToken: $refreshToken) {
      __typename
      ... on AdminAuthPayload { accessToken refreshToken refreshTokenExpiresAt }
      ${USER_ERROR}
    }
  }`,
  root: 'refreshAdminSession',
  success: 'AdminAuthPayload',
  variablesOf: ({ cookie }) => ({ refreshToken: cookie }),
  answerOf: ({ accessToken }) => ({ accessToken }),
  cookie: refreshToken,
  answerSchema: answered({ accessToken: text }),
};

const logout: RestOperation = {
  method: 'POST',
  path: `${PATH}/logout`,
  summary: 'Ends the session of the access token, and takes the cookie away.',
  source: `mutation RestAdminLogout {
    adminLogout {
      __typename
      ... on AdminLoggedOut { at }
      ${USER_ERROR}
    }
  }`,
  root: 'adminLogout',
  success: 'AdminLoggedOut',
  variablesOf: () => ({}),
  answerOf: () => ({ message: 'Signed out' }),
  cookie: { ...refreshToken, setBy: () => ({ value: '', seconds: 0 }) },
  answerSchema: answered({ message: text }),
};

const verify: RestOperation = {
  method: 'GET',
  path: `${PATH}/verify`,
  summary: 'Whose access token it is.',
  source: `query RestAdminVerify { currentAdmin { __typename ${USER} } }`,
  root: 'currentAdmin',
  success: 'AdminUser',
  absent: { code: 'UNAUTHENTICATED', message: 'Sign in as a member of platform staff' },
  variablesOf: () => ({}),
  answerOf: ({ __typename: _type, ...who }) => ({ user: who }),
  answerSchema: answered({ user }),
};

export const ADMIN_AUTH_ROUTES: readonly RestOperation[] = [login, refresh, logout, verify];

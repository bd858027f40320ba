/** Where the gateway is and who asks: what every program here is told alike. */
export const CONNECTION_OPTIONS = {
  url: { type: 'string', default: 'http://127.0.0.1:4000' },
  as: { type: 'string' },
  password: { type: 'string', default: 'Spine-demo-1!' },
} as const;

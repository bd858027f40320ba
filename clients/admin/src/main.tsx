import '@mantine/core/styles.css';
import './app/app.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { watchPage } from './monitoring/watch-page.js';
import { createSession } from './session/session.js';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no place for the dashboard');
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

// Where the components that lock scrolling look for it, since nothing hands it to them.
Object.assign(globalThis, { __webpack_nonce__: nonce });

const { errors, performance: monitor } = watchPage();

createRoot(root, { onUncaughtError: (error) => errors.capture(error), onCaughtError: (error) => errors.capture(error) }).render(
  <StrictMode>
    <App session={createSession()} nonce={nonce} monitor={monitor} />
  </StrictMode>,
);

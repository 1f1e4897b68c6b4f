import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import 'slack-blocks-to-jsx/dist/style.css';
import './page.css';
import './client.css';
import './places.css';
import './threads.css';
import './composer.css';
import './shortcuts.css';
import './slack.css';
import './teams.css';
import './records.css';

// The service's public URL says localhost, and the sign-in window may only talk to a page of its own origin.
if (location.hostname === '127.0.0.1' || location.hostname === '[::1]') location.hostname = 'localhost';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);

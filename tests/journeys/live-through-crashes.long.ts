import { liveThroughCrashes } from './live-through-crashes.js';

liveThroughCrashes(10_000, 600_000);

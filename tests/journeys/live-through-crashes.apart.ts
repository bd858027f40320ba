import { liveThroughCrashes } from './live-through-crashes.js';

liveThroughCrashes(1_000, 180_000);

import { runOperations } from './operations.js';

process.exitCode = await runOperations(process.argv.slice(2), { say: console.log, complain: console.error });

import { writeFile } from 'node:fs/promises';
import { stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { trainTriage } from './train.js';

/** Trains the model that is kept, and says how it stands against the order by severity. */
const SEED = 20_261;

const model = trainTriage(SEED);
const literal = JSON.stringify(model, null, 2)
  .replaceAll(/"([A-Za-z]+)":/g, '$1:')
  .replaceAll('"', "'")
  .replaceAll(/([^{[,])\n/g, '$1,\n');
const source = `import type { TriageModel } from './ranking.js';

/** Written by \`npm run triage:train\`. */
export const TRIAGE_MODEL: TriageModel = ${literal};
`;
await writeFile(fileURLToPath(new URL('./model.ts', import.meta.url)), source);
stdout.write(
  `NDCG@5 of the model ${model.ndcg}, of severity alone ${model.ndcgOfSeverity}: ` +
    `${model.ndcg > model.ndcgOfSeverity ? 'the model' : 'severity'} ranks.\n`,
);

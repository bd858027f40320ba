import { parseArgs } from 'node:util';
import { connectToGraph } from './graph.js';
import { CONNECTION_OPTIONS } from './options.js';
import { signIn } from './sign-in.js';

const USAGE = `Prints what happens as it happens, one JSON line an event.

  npm run live -- notifications --tenant acme --as owner@acme.example
  npm run live -- incidents --as admin@spine.example

  --url URL        where the gateway listens (http://127.0.0.1:4000)
  --tenant NAME    the company; without it you sign in as platform staff
  --as EMAIL       who you are
  --password PASS  Spine-demo-1! unless told otherwise
  --count N        end after N events
`;

const SUBSCRIPTIONS = {
  notifications: `subscription Notifications {
    notificationReceived {
      notification {
        title
        body
        booking { reference startsAt client { displayName loyaltyAccount { points } } payment { status amount { amount currency } } }
      }
    }
  }`,
  incidents: `subscription Incidents {
    incidentRaised {
      incident {
        type severity decision steps rollbackPlan
        recommendedFlags { key value reason }
        tenant { slug }
      }
    }
  }`,
  bookings: `subscription Bookings {
    bookingUpdated { booking { reference status startsAt provider { name } client { displayName } } }
  }`,
} as const;

type Topic = keyof typeof SUBSCRIPTIONS;
const isTopic = (topic: string | undefined): topic is Topic => topic !== undefined && topic in SUBSCRIPTIONS;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ...CONNECTION_OPTIONS,
      tenant: { type: 'string' },
      count: { type: 'string', default: '0' },
    },
  });
  const [topic] = positionals;
  if (!isTopic(topic) || !values.as) {
    console.log(USAGE);
    process.exitCode = 1;
    return;
  }
  const host = values.tenant === undefined ? 'localhost' : `${values.tenant}.localhost`;
  const graph = connectToGraph({ url: values.url, host });
  const token = await signIn(graph, values.tenant ?? null, values.as, values.password);
  console.error(`Listening for ${topic} as ${values.as}. Ctrl-C ends it.`);
  let left = Number(values.count);
  for await (const event of graph.as(token).follow(SUBSCRIPTIONS[topic])) {
    console.log(JSON.stringify(event.data ?? event.errors));
    left -= 1;
    if (left === 0) return;
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

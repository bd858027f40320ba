import type { ProviderType } from '../../subgraphs/booking/provider/provider.js';
import type { NewTenant } from '../../subgraphs/tenancy/tenant/tenant.service.js';

export const DEMO_PASSWORD = 'Spine-demo-1!';

export interface DemoService {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly durationMinutes: number;
  readonly bufferAfterMinutes: number;
  /** Minor units of the tenant's currency. */
  readonly price: number;
}

/** Hours of a local day as `HH:MM`; `24:00` is the day's end. */
type Hours = readonly [from: string, to: string];

export interface DemoProvider {
  readonly name: string;
  readonly type: ProviderType;
  readonly bio: string;
  /** Keys of the services it offers. */
  readonly services: readonly string[];
  /** By ISO weekday, Monday first. */
  readonly week: readonly (readonly Hours[])[];
  /** About how many bookings it has on a working day. */
  readonly bookingsPerDay: number;
}

export interface DemoTenant {
  readonly tenant: NewTenant;
  readonly services: readonly DemoService[];
  readonly providers: readonly DemoProvider[];
  readonly clients: number;
  /** Seed of the tenant's random numbers, so that every installation starts with the same demo. */
  readonly seed: number;
}

const office: readonly Hours[] = [
  ['09:00', '12:30'],
  ['13:30', '17:30'],
];
const late: readonly Hours[] = [['11:00', '19:00']];
const morning: readonly Hours[] = [['08:00', '13:00']];
const always: readonly Hours[] = [['00:00', '24:00']];
const weekdays = (hours: readonly Hours[]): readonly (readonly Hours[])[] => [hours, hours, hours, hours, hours, [], []];
const everyDay = (hours: readonly Hours[]): readonly (readonly Hours[])[] => Array.from({ length: 7 }, () => hours);

export const DEMO_TENANTS: readonly DemoTenant[] = [
  {
    seed: 20_270_101,
    clients: 24,
    tenant: {
      slug: 'acme',
      name: 'Acme Physio & Wellness',
      plan: 'PROFESSIONAL',
      timeZone: 'America/New_York',
      currency: 'USD',
      website: 'https://acme.example',
      description: 'Physiotherapy, massage and training on two floors, and an advice line that never sleeps.',
    },
    services: [
      { key: 'advice', name: 'Advice call', description: 'Fifteen minutes on the phone about what hurts and what to do next.', durationMinutes: 15, bufferAfterMinutes: 0, price: 2_500 },
      { key: 'assessment', name: 'First assessment', description: 'History, examination and a plan.', durationMinutes: 60, bufferAfterMinutes: 10, price: 14_000 },
      { key: 'session', name: 'Treatment session', description: 'Manual therapy and guided exercise.', durationMinutes: 45, bufferAfterMinutes: 10, price: 9_500 },
      { key: 'massage', name: 'Deep tissue massage', description: 'For backs that sit too long.', durationMinutes: 60, bufferAfterMinutes: 15, price: 11_000 },
      { key: 'class', name: 'Back class', description: 'Small group, big effect.', durationMinutes: 50, bufferAfterMinutes: 10, price: 3_500 },
    ],
    providers: [
      { name: 'Advice line', type: 'PARTNER', bio: 'Answers day and night: first advice by phone, every day of the year.', services: ['advice'], week: everyDay(always), bookingsPerDay: 0.4 },
      { name: 'Marta Lindqvist', type: 'PARTNER', bio: 'Physiotherapist for knees, hips and runners who overdid it.', services: ['assessment', 'session'], week: weekdays(office), bookingsPerDay: 0.7 },
      { name: 'Devon Okafor', type: 'PARTNER', bio: 'Physiotherapist for shoulders and necks; evening hours for people with desks.', services: ['assessment', 'session', 'class'], week: weekdays(late), bookingsPerDay: 0.6 },
      { name: 'Priya Raman', type: 'PARTNER', bio: 'Massage therapist, deep tissue and sports.', services: ['massage'], week: [office, office, [], office, office, morning, []], bookingsPerDay: 0.4 },
    ],
  },
  {
    seed: 20_270_202,
    clients: 20,
    tenant: {
      slug: 'globex',
      name: 'Globex Studio',
      plan: 'PROFESSIONAL',
      timeZone: 'Europe/Berlin',
      currency: 'EUR',
      website: 'https://globex.example',
      description: 'Music lessons, language tutoring and exam coaching, in the studio or online.',
    },
    services: [
      { key: 'advice', name: 'Course advice', description: 'Fifteen minutes on which course fits, by video.', durationMinutes: 15, bufferAfterMinutes: 0, price: 1_900 },
      { key: 'piano', name: 'Piano lesson', description: 'One to one, beginners to conservatory.', durationMinutes: 45, bufferAfterMinutes: 5, price: 5_200 },
      { key: 'german', name: 'German tutoring', description: 'Grammar that sticks, from A1 to C1.', durationMinutes: 60, bufferAfterMinutes: 0, price: 4_800 },
      { key: 'exam', name: 'Exam coaching', description: 'Two weeks before it counts.', durationMinutes: 90, bufferAfterMinutes: 15, price: 8_900 },
    ],
    providers: [
      { name: 'Advice desk', type: 'TUTOR', bio: 'Open round the clock: advice on courses by video.', services: ['advice'], week: everyDay(always), bookingsPerDay: 0.4 },
      { name: 'Jonas Weber', type: 'TUTOR', bio: 'Pianist and teacher; patient with left hands.', services: ['piano'], week: weekdays(late), bookingsPerDay: 0.7 },
      { name: 'Aylin Demir', type: 'TUTOR', bio: 'Tutor for German as a second language and exam coach.', services: ['german', 'exam'], week: weekdays(office), bookingsPerDay: 0.7 },
    ],
  },
];

export const DEMO_GIVEN_NAMES = ['Ada', 'Ben', 'Chiara', 'Dmitri', 'Elena', 'Farid', 'Grace', 'Hugo', 'Ines', 'Jamal', 'Keiko', 'Liam', 'Mona', 'Nils', 'Olga', 'Pavel', 'Quinn', 'Rosa', 'Sami', 'Tara', 'Uma', 'Viktor', 'Wanda', 'Yusuf'] as const;
export const DEMO_FAMILY_NAMES = ['Abbott', 'Brandt', 'Costa', 'Duarte', 'Eriksen', 'Fischer', 'Garcia', 'Haddad', 'Ivanova', 'Jensen', 'Kowalski', 'Larsen', 'Moreau', 'Novak', 'Osei', 'Petrov', 'Quist', 'Rossi', 'Silva', 'Tanaka', 'Usman', 'Varga', 'Wolff', 'Zhang'] as const;

/** The platform's own administrator. */
export const DEMO_ADMIN = { email: 'admin@spine.example', displayName: 'Platform administrator' } as const;

/** Who can sign in to each company, and as what. */
export const DEMO_MEMBERS = [
  { name: 'owner', displayName: 'Owner', roles: ['OWNER'] },
  { name: 'staff', displayName: 'Front desk', roles: ['STAFF'] },
  { name: 'client', displayName: 'Demo client', roles: ['USER'] },
] as const;

export interface SignIn {
  readonly email: string;
  readonly role: string;
  readonly slug: string;
}

/** Who can sign in to a company of the seed. */
export const signInsOf = (slug: string): readonly SignIn[] =>
  DEMO_MEMBERS.map(({ name, roles }) => ({ email: `${name}@${slug}.example`, role: roles.join(', ').toLowerCase(), slug }));

/** What `npm start` prints. An address of '' is the platform's own. */
export const DEMO_SIGN_INS: readonly SignIn[] = [
  ...DEMO_TENANTS.flatMap(({ tenant }) => signInsOf(tenant.slug)),
  { email: DEMO_ADMIN.email, role: 'platform administrator', slug: '' },
];

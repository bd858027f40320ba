import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PLATFORM_START_MS, startTestPlatform, type TestPlatform } from '../support/platform.js';
import {
  bookPayAndBeTold,
  burstOfBadLoginsBecomesAnIncident,
  COMPANIES,
  nothingIsSeenNextDoor,
  type Made,
} from './main-job.js';
import { runWalkthrough } from './readme.js';

describe('the main job, everything in one process', () => {
  let platform: TestPlatform;
  let url: string;
  const made: Made[] = [];
  const [acme, globex] = COMPANIES;

  beforeAll(async () => {
    platform = await startTestPlatform();
    url = platform.url;
  }, PLATFORM_START_MS);
  afterAll(() => platform.stop());

  it('takes two companies through it at the same time, from the first visit to the revenue of the day', async () => {
    made.push(...(await Promise.all(COMPANIES.map((company) => bookPayAndBeTold(url, company)))));
    expect(made).toHaveLength(2);
  });

  it('makes a burst of bad logins an incident, live to those it concerns', async () => {
    await burstOfBadLoginsBecomesAnIncident(url, acme, globex);
  });

  it('is what the README says, word for word', async () => {
    const printed = await runWalkthrough(Number(new URL(url).port));
    expect(printed).toContain('First free slot: ');
    expect(printed).toMatch(/"payForBooking":\{"status":"(PROCESSING|SUCCEEDED)","amount":\{"amount":2500,"currency":"USD"\}/);
    expect(printed).toMatch(/"status":"CONFIRMED".*"displayName":"Alex Visitor".*"loyaltyAccount":\{"points":0\}.*"status":"SUCCEEDED"/);
    expect(printed).toContain('"timeZone":"America/New_York"');
    expect(printed).toContain('"type":"FAILED_LOGINS_SPIKE"');
    expect(printed).toContain('{"data":{"booking":null,"incidents":{"edges":[]}}');
    expect(printed).not.toContain('"errors"');
  });

  it('shows neither company anything of the other', async () => {
    const [ofAcme, ofGlobex] = made;
    if (!ofAcme || !ofGlobex) throw new Error('The journeys have made nothing');
    await nothingIsSeenNextDoor(url, globex, ofAcme);
    await nothingIsSeenNextDoor(url, acme, ofGlobex);
  });
});

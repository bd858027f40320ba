import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startMailbox, type Mailbox } from '../../../infra/local/doubles/mailbox/mailbox.js';
import { startReceiver, type Receiver } from '../../../infra/local/doubles/receiver/receiver.js';
import { startTestOps, type TestOps } from '../../../tests/support/ops.js';
import { eventually } from '../../../tests/support/runtime.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { SMS_PURPOSE } from '../../_kernel/sms/sms.js';

const TO = '+4930123456';

describe('a message to a telephone that another subgraph asks for', () => {
  let mailbox: Mailbox;
  let receiver: Receiver;
  let t: TestOps;

  const start = async (apiBase?: string): Promise<void> => {
    t = await startTestOps(apiBase === undefined ? {} : { sms: { accountSid: 'AC1', authToken: 'token', from: '+15005550006', apiBase } });
  };
  beforeEach(async () => {
    mailbox = await startMailbox();
    receiver = await startReceiver(() => ({ kind: 'answer', status: 201, body: '{"sid": "SM1"}' }));
  });
  afterEach(async () => {
    await t.stop();
    await receiver.stop();
    await mailbox.stop();
  });

  const ask = async (code: string, validUntil: Date): Promise<void> => {
    const sealed = t.runtime.secretBox.seal(JSON.stringify({ to: TO, values: { code, minutes: 10 } }), SMS_PURPOSE);
    await t.tell('identity.sms_requested', { template: 'PHONE_VERIFICATION', userId: uuidv7(), sealed, validUntil: validUntil.toISOString() });
    await t.settle();
  };
  const later = (minutes: number): Date => new Date(t.clock.now().getTime() + minutes * 60_000);
  const job = async (status: string) =>
    eventually(async () => {
      const { rows } = await t.runtime.pools.platform.query<{ failure: string | null; payload: object }>(
        `SELECT failure, payload FROM kernel.job WHERE kind = 'ops.send_sms' AND status = $1`,
        [status],
      );
      return rows[0];
    });

  it("is sent in the company's name, and read in the mailbox of this machine, where there is no provider", async () => {
    await start(mailbox.url);
    await ask('123456', later(10));
    const sms = await eventually(async () => mailbox.messages(TO)[0]);
    expect(sms).toMatchObject({
      from: '+15005550006',
      to: [TO],
      subject: 'SMS',
      text: '123456 is your code for Acme, good for 10 minutes. Give it to nobody.',
    });
    expect(JSON.stringify((await job('DONE')).payload)).not.toContain(TO);
    expect(await (await fetch(mailbox.url)).text()).toContain(`<a href="/messages/${sms.id}">SMS</a>`);
    const incomplete = await fetch(`${mailbox.url}/2010-04-01/Accounts/AC1/Messages.json`, { method: 'POST', body: new URLSearchParams({ To: TO }) });
    expect(incomplete.status).toBe(400);
  });

  it('is sent once, however often the event is dealt with', async () => {
    await start(receiver.url);
    await ask('123456', later(10));
    await job('DONE');
    await t.replay();
    await ask('654321', later(10));
    await eventually(async () => receiver.calls.some(({ body }) => body.includes('Body=654321+')));
    expect(receiver.calls.filter(({ body }) => body.includes('Body=123456+'))).toHaveLength(1);
  });

  it('is given up when it is of no use any more, and where nothing sends it', async () => {
    await start(receiver.url);
    await ask('123456', later(-1));
    expect(await job('DEAD')).toMatchObject({ failure: 'It is of no use any more' });
    expect(receiver.calls).toEqual([]);
    await t.stop();
    await start();
    await ask('123456', later(10));
    expect(await job('DEAD')).toMatchObject({ failure: 'No SMS can be sent from here' });
  });

  it('is given up at once for a number that cannot be reached, whose failure does not name it', async () => {
    await start(receiver.url);
    receiver.misbehave({ kind: 'answer', status: 400, body: `{"code": 21211, "message": "${TO} is no number"}` });
    await ask('123456', later(10));
    expect(await job('DEAD')).toMatchObject({ failure: 'The SMS provider answered 400, code 21211' });
  });
});

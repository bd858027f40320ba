import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { memberOf } from '../../../tests/support/runtime.js';
import { startTestTenancy, type TestTenancy } from '../../../tests/support/tenancy.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';
import type { Principal } from '../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import { UserId } from '../../identity/ids.js';

const START = `mutation ($input: StartWorkflowInput!) { startWorkflow(input: $input) { __typename
  ...run ... on ConflictError { message } ... on ValidationError { issues { field } } } }
  fragment run on WorkflowRun { id revision status step { key type formSchema } allowedTransitions { outcome to } history { kind actorId from to outcome } }`;
const SUBMIT = `mutation ($input: SubmitWorkflowStepInput!) { submitWorkflowStep(input: $input) { __typename
  ... on WorkflowRun { id revision step { key } allowedTransitions { outcome to } history { kind actorId from to outcome at } }
  ... on ValidationError { issues { field message } } ... on InvalidTransitionError { code message } ... on ConflictError { message }
  ... on ForbiddenError { message } ... on NotFoundError { message } } }`;

describe('workflows in the graph', () => {
  let t: TestTenancy;
  let acme: TenantIdentity;
  let globex: TenantIdentity;
  const staffId = uuidv7();
  const staff = memberOf(['workflows:read', 'workflows:start'], { userId: staffId, roles: ['STAFF'] });
  const owner = memberOf(TENANT_PERMISSIONS, { roles: ['OWNER'] });

  beforeAll(async () => {
    t = await startTestTenancy();
    [acme, globex] = [await t.company('acme'), await t.company('globex')];
  });
  afterAll(() => t.stop());

  const ask = async (source: string, variables: object, as: Principal, tenant = acme) => {
    const { data, errors } = await t.graphql(source, { variables: { ...variables }, as, tenant });
    if (errors) throw new Error(errors.map(({ message }) => message).join());
    return Object.values(data as Record<string, Record<string, never>>)[0] as unknown as { id: string; revision: number };
  };
  const start = async (entityId: string) =>
    ask(START, { input: { workflow: 'vendor-approval', entityType: 'Vendor', entityId } }, staff);
  const submit = (as: Principal, run: { id: string; revision: number }, outcome: string, data?: object, tenant = acme) =>
    ask(SUBMIT, { input: { runId: run.id, revision: run.revision, outcome, data } }, as, tenant);

  it('are started, filled in by the form they show, approved by somebody else, and tell their history', async () => {
    const started = await start('v1');
    expect(started).toMatchObject({
      __typename: 'WorkflowRun',
      revision: 1,
      status: 'RUNNING',
      step: { key: 'request', type: 'FORM', formSchema: { required: ['vendorName', 'yearlySpend', 'purpose'] } },
      allowedTransitions: [{ outcome: 'SUBMIT', to: null }],
    });
    expect(await start('v1')).toMatchObject({ __typename: 'ConflictError' });
    expect(await submit(staff, started, 'SUBMIT', { yearlySpend: 1 })).toMatchObject({
      __typename: 'ValidationError',
      issues: expect.arrayContaining([{ field: 'data.vendorName', message: 'is required' }]) as unknown,
    });
    expect(await submit(staff, started, 'APPROVE')).toMatchObject({ __typename: 'InvalidTransitionError', code: 'INVALID_TRANSITION' });
    const asked = await submit(staff, started, 'SUBMIT', { vendorName: 'P', yearlySpend: 1, purpose: 'x' });
    expect(asked).toMatchObject({ step: { key: 'approval' }, allowedTransitions: [] });
    expect(await submit(staff, asked, 'APPROVE')).toMatchObject({ __typename: 'ForbiddenError' });
    const approved = await submit(owner, asked, 'APPROVE');
    expect(approved).toMatchObject({
      step: { key: 'admit' },
      history: [
        { kind: 'STARTED', actorId: UserId.encode(staffId), to: 'request' },
        { kind: 'ACTED', outcome: 'SUBMIT' },
        { kind: 'MOVED', from: 'request', to: 'approval', outcome: 'SUBMIT' },
        { kind: 'ACTED', outcome: 'APPROVE' },
        { kind: 'MOVED', from: 'approval', to: 'admit', outcome: 'APPROVE' },
      ],
    });
    expect(await submit(owner, asked, 'REJECT')).toMatchObject({ __typename: 'ConflictError' });
  });

  it('of another company are the same as none', async () => {
    const started = await start('v2');
    const foreign = await submit(owner, started, 'SUBMIT', {}, globex);
    const unknown = await submit(owner, { id: 'wfr_x', revision: 1 }, 'SUBMIT', {}, globex);
    expect(foreign).toEqual({ __typename: 'NotFoundError', message: 'WorkflowRun not found' });
    expect(unknown).toEqual(foreign);
    const { data } = await t.graphql('query ($id: ID!) { workflowRun(id: $id) { id } }', { variables: { id: started.id }, as: owner, tenant: globex });
    expect(data).toEqual({ workflowRun: null });
  });

  it('wait for those whose task they are, who are told as it happens', async () => {
    const news = await t.follow('subscription { workflowTaskChanged { runId step status cursor } }', { as: owner, tenant: acme });
    let next = news.next();
    const started = await start('v3');
    await submit(staff, started, 'SUBMIT', { vendorName: 'P', yearlySpend: 1, purpose: 'x' });
    const steps: unknown[] = [];
    // What was done before she began to follow may still come in.
    for (let seen = 0; seen < 20 && steps.length < 2; seen += 1) {
      const { value } = (await next) as { value: { data: { workflowTaskChanged: { runId: string; step: string } } } };
      if (value.data.workflowTaskChanged.runId === started.id) steps.push(value.data.workflowTaskChanged.step);
      next = news.next();
    }
    expect(steps).toEqual(['request', 'approval']);
    await Promise.all([news.return(), next]);
    const { data } = await t.graphql('{ myWorkflowTasks(first: 5) { edges { node { id step { key } } } } }', { as: owner, tenant: acme });
    expect(JSON.stringify(data)).toContain(started.id);
  });

  it('are defined, checked, simulated and compared', async () => {
    const list = await t.graphql('{ workflowDefinitions { key version origin entityType definition } }', { as: owner, tenant: globex });
    const all = (list.data as { workflowDefinitions: { key: string; version: number | null; definition: object }[] }).workflowDefinitions;
    expect(all.map(({ key, version }) => [key, version])).toEqual([
      ['client-onboarding', null],
      ['customer-success', null],
      ['provider-onboarding', null],
      ['tenant-onboarding-review', null],
      ['vendor-approval', null],
    ]);
    const definition = { ...all.find(({ key }) => key === 'customer-success')?.definition, name: 'Ours' };
    const check = 'query ($definition: JSON!) { checkWorkflowDefinition(definition: $definition) { field message } }';
    expect(await ask(check, { definition: { ...definition, start: 'x' } }, owner, globex)).toEqual([{ field: 'start', message: 'is no step of it' }]);
    const simulation = 'query ($input: SimulateWorkflowInput!) { simulateWorkflow(input: $input) { path step outcome minutes } }';
    const acts = [{ outcome: 'SUBMIT', data: { satisfaction: 5 } }];
    expect(await ask(simulation, { input: { definition, acts } }, owner, globex)).toEqual({
      path: ['welcome', 'firstWeek', 'checkIn', 'settled'],
      step: 'settled',
      outcome: 'SETTLED',
      minutes: 10_080,
    });
    const publish = 'mutation ($definition: JSON!) { publishWorkflow(definition: $definition) { __typename ... on WorkflowDefinition { version origin } } }';
    expect(await ask(publish, { definition }, owner, globex)).toMatchObject({ version: 1, origin: 'TENANT' });
    expect(await ask(publish, { definition: { ...definition, name: 'Ours, too' } }, owner, globex)).toMatchObject({ version: 2 });
    const diff = '{ workflowDiff(key: "customer-success", from: 1, to: 2) { change what name } }';
    expect(await ask(diff, {}, owner, globex)).toEqual([{ change: 'CHANGED', what: 'PROPERTY', name: 'name' }]);
    const rule = 'mutation ($input: AutomationRuleInput!) { createAutomationRule(input: $input) { __typename ... on AutomationRule { event isEnabled runs { status } } } }';
    const actions = [{ do: 'NOTIFY', roles: ['OWNER'], title: 'Cancelled', body: '' }];
    expect(await ask(rule, { input: { name: 'x', event: 'booking.cancelled', actions } }, owner, globex)).toMatchObject({ isEnabled: true, runs: [] });
  });
});

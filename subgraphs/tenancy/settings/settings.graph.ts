import { ForbiddenError, NotFoundError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { TenantRef } from '../tenant/tenant.graph.js';
import type { TenantSettingsRow } from '../tenant/tenant.store.js';

export const TenantSettingsRef = builder.objectRef<TenantSettingsRow>('TenantSettings');

TenantSettingsRef.implement({
  description: 'What a company has chosen for itself.',
  fields: (t) => ({
    locale: t.exposeString('locale', { description: 'BCP 47 language tag its texts are written in.' }),
    contactEmail: t.exposeString('contactEmail', { nullable: true, description: 'Where clients write to.' }),
    contactPhone: t.exposeString('contactPhone', { nullable: true, description: 'Where clients call, as E.164.' }),
    accentColor: t.exposeString('accentColor', { description: 'Colour of its pages, as `#RRGGBB`.' }),
    slotMinutes: t.exposeInt('slotMinutes', { description: 'From one start of an appointment that is offered to the next.' }),
  }),
});

const UpdateTenantSettingsInput = builder.inputType('UpdateTenantSettingsInput', {
  description: 'What is left out stays as it is; null clears what may be empty.',
  fields: (t) => ({
    name: t.string({ required: false, description: 'Name, 1 to 120 characters.' }),
    timeZone: t.string({ required: false, description: 'IANA zone.' }),
    currency: t.string({ required: false, description: 'ISO 4217 code.' }),
    website: t.string({ required: false, description: 'Its own website.' }),
    description: t.string({ required: false, description: 'What it does, up to 2000 characters.' }),
    locale: t.string({ required: false, description: 'BCP 47 language tag.' }),
    contactEmail: t.string({ required: false, description: 'Where clients write to.' }),
    contactPhone: t.string({ required: false, description: 'Where clients call, as E.164.' }),
    accentColor: t.string({ required: false, description: 'As `#RRGGBB`; to be read on the background of your pages (4.5:1).' }),
    slotMinutes: t.int({ required: false, description: 'From one start of an appointment that is offered to the next, 5 to 1440; for every service there is.' }),
  }),
});

builder.mutationFields((t) => ({
  updateTenantSettings: t.field({
    type: TenantRef,
    nullable: true,
    requiresScopes: [['settings:update']],
    errors: { types: [ValidationError, ForbiddenError, NotFoundError] },
    description: "Changes your company's profile and settings.",
    args: { input: t.arg({ type: UpdateTenantSettingsInput, description: 'The changes.' }) },
    resolve: (_root, { input }, { request, services }) => services.settings.update(request, input),
  }),
}));

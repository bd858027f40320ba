import { z } from 'zod';
import { lineSchema, textSchema } from '../../_kernel/validation/text.js';
import { TENANT_PERMISSIONS } from '../../_kernel/wire/permissions.js';

export const permissionsSchema = z.array(z.enum(TENANT_PERMISSIONS, 'must be one of the permission catalogue'));

export const newServiceAccountSchema = z.object({
  name: lineSchema(80),
  description: textSchema(300),
  permissions: permissionsSchema,
});

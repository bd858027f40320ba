import SchemaBuilder, { BasePlugin, type PothosOutputFieldConfig, type SchemaTypes } from '@pothos/core';
import { DEFAULT_PAGE_SIZE } from '../wire/page-size.js';

const PLUGIN = 'sizedConnections';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Pothos is told of a plugin
  export namespace PothosSchemaTypes {
    export interface Plugins<Types extends SchemaTypes> {
      [PLUGIN]: SizedConnectionsPlugin<Types>;
    }
  }
}

const PAGE_ARGUMENTS = ['first', 'after', 'last', 'before'] as const;

/** How many a page holds, for whoever estimates what an operation costs. */
const PAGE_SIZE = {
  assumedSize: DEFAULT_PAGE_SIZE,
  slicingArguments: ['first', 'last'],
  sizedFields: ['edges'],
  requireOneSlicingArgument: false,
};

/** Puts `@listSize` on every field that answers a page. Plugins are asked from the last to the first, so it stands behind the one that prints directives. */
class SizedConnectionsPlugin<Types extends SchemaTypes> extends BasePlugin<Types> {
  override onOutputFieldConfig(field: PothosOutputFieldConfig<Types>): PothosOutputFieldConfig<Types> {
    const isPage = PAGE_ARGUMENTS.every((name) => name in field.args);
    if (!isPage) return field;
    // The kinds of fields are a union of options no spread fits; every one of them takes `listSize`.
    return { ...field, pothosOptions: { listSize: PAGE_SIZE, ...field.pothosOptions } } as typeof field;
  }
}

SchemaBuilder.registerPlugin(PLUGIN, SizedConnectionsPlugin);

export const sizedConnections: typeof PLUGIN = PLUGIN;

import type { createBuilder } from './builder.js';

/**
 * An entity of another subgraph that this one only points to. What it is, its owner says; here it has nothing
 * but its key and is never resolved.
 */
export const foreignEntity = <Services>(builder: ReturnType<typeof createBuilder<Services>>, name: string) =>
  builder.externalRef(name, builder.keyDirective(builder.selection<{ id: string }>('id'), false)).implement({
    externalFields: (t) => ({ id: t.id() }),
  });

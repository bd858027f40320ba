/**
 * The architecture, as rules. Each forbids one kind of import and says why in a sentence.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other are one thought in two places. Graph files of one subgraph are the exception: object types of a graph refer to each other by nature, and builder refs are made for it.',
      severity: 'error',
      from: { pathNot: '\\.graph\\.ts$' },
      to: { circular: true, viaOnly: { pathNot: '\\.graph\\.ts$' } },
    },
    {
      name: 'subgraphs-know-each-other-by-events-and-keys',
      comment: "A subgraph may know another's event types and entity ids, and nothing else of it.",
      severity: 'error',
      from: { path: '^subgraphs/([a-z]+)/' },
      to: { path: '^subgraphs/[a-z]+/', pathNot: '^subgraphs/($1/|[a-z]+/(events|ids)\\.ts$)' },
    },
    {
      name: 'kernel-has-no-business',
      comment: 'The kernel stands below every subgraph and must not know one.',
      severity: 'error',
      from: { path: '^subgraphs/_kernel/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(subgraphs/[a-z]+/|gateway/|infra/|clients/)' },
    },
    {
      name: 'gateway-sees-no-subgraph',
      comment: 'The gateway speaks to subgraphs over the wire contract, in process or not; flags it evaluates itself.',
      severity: 'error',
      from: { path: '^gateway/', pathNot: '\\.test\\.ts$' },
      to: { path: '^subgraphs/', pathNot: '^subgraphs/_kernel/(wire|flags/evaluation)/' },
    },
    {
      name: 'runtime-is-the-ground',
      comment: 'infra/runtime is what everything stands on; it stands on nothing of ours.',
      severity: 'error',
      from: { path: '^infra/runtime/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(subgraphs|gateway|clients|infra/local)/', pathNot: '^subgraphs/_kernel/wire/' },
    },
    {
      name: 'only-the-tenancy-kernel-makes-database-clients',
      comment: 'A client made elsewhere would not be bound to a tenant. Types of rows may be imported anywhere.',
      severity: 'error',
      from: { path: '^(subgraphs|gateway|infra|clients)/', pathNot: '^subgraphs/_kernel/tenancy/|\\.test\\.ts$' },
      to: { path: '^prisma/generated/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'rules-are-pure',
      comment: 'Rules are tested without a database: a rule file reaches no store, service, graph or client.',
      severity: 'error',
      from: { path: '^subgraphs/[a-z]+/([a-z-]+)/\\1\\.ts$' },
      to: { path: '\\.(store|service|graph|loader|route)\\.ts$|^node_modules/(pg|@prisma|undici)/' },
    },
    {
      name: 'resolvers-translate',
      comment: 'A resolver that reaches a store decides something a service should decide.',
      severity: 'error',
      from: { path: '\\.graph\\.ts$' },
      to: { path: '\\.(store|loader)\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'stores-query',
      comment: 'A store that knows a service or the graph is upside down.',
      severity: 'error',
      from: { path: '\\.store\\.ts$' },
      to: { path: '\\.(service|graph|loader)\\.ts$' },
    },
    {
      name: 'nobody-imports-a-schema-but-its-subgraph',
      comment: 'schema.ts gathers what was defined; only the composition root and the tools that print it need it.',
      severity: 'error',
      from: { path: '^subgraphs/', pathNot: '^subgraphs/[a-z]+/subgraph\\.ts$|\\.test\\.ts$' },
      to: { path: '^subgraphs/[a-z]+/schema\\.ts$' },
    },
    {
      name: 'spine-library-is-alone',
      comment: 'The operations spine is a library anyone can copy: no framework, no database, nothing of ours.',
      severity: 'error',
      from: { path: '^subgraphs/ops/spine/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(subgraphs|gateway|infra|prisma|node_modules)/', pathNot: '^subgraphs/ops/spine/|^node_modules/@types/' },
    },
    {
      name: 'product-does-not-import-tests',
      comment: 'What runs for customers must not need what only tests need.',
      severity: 'error',
      from: { path: '^(gateway|subgraphs|infra|prisma|clients)/', pathNot: '\\.(test|long)\\.ts$' },
      to: { path: '^tests/|\\.(test|long)\\.ts$' },
    },
    {
      name: 'clients-read-the-schema-only',
      comment: 'A client knows the graph as any customer does.',
      severity: 'error',
      from: { path: '^clients/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(gateway|subgraphs|infra|prisma)/' },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(node_modules|dist|clients/admin/dist|prisma/generated/.*internal)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};

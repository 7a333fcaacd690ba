// Which file may import which. Everything is named by its folder, so that a new file needs no line here. Each rule
// is broken on purpose in test/contract/imports.test.ts. `npm test -- --only imports` runs it.

const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

const controller = "^functions/((core|aws)/sessions|core/demands|reconcile|sweep)/";
const endpoints = "^functions/((core|aws)/endpoints|endpoints)/";

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    forbid(
      "no-cycles",
      "Two files that need each other are one, or a third is missing.",
      {},
      { circular: true },
    ),
    forbid(
      "no-unknown-imports",
      "Rules over paths hold only where every import is found.",
      {},
      { couldNotResolve: true },
    ),

    // functions/core, from the ground up: shared words, events, then what acts on them, then demands on sessions.
    forbid(
      "core-is-pure",
      "core is plain data in, plain data out: no AWS SDK, no Node, no logger, and it is called by the rest, never the reverse.",
      { path: "^functions/core/" },
      { pathNot: "^(functions/core|node_modules/zod)/" },
    ),
    forbid(
      "core-ground",
      "What lies in core itself is shared by all its folders, so it needs none of them.",
      { path: "^functions/core/[^/]+$" },
      { path: "^functions/core/[^/]+/" },
    ),
    forbid(
      "core-events",
      "An event is understood without what is done about it.",
      { path: "^functions/core/events/" },
      { path: "^functions/core/(?!events/)[^/]+/" },
    ),
    forbid(
      "core-sessions",
      "Demands use sessions; sessions know of a demand only what an observation says.",
      { path: "^functions/core/sessions/" },
      { path: "^functions/core/demands/" },
    ),

    // Two reconcilers with files of the same names, which meet in EC2 alone.
    forbid(
      "sessions-without-endpoints",
      "The two reconcilers meet in EC2 alone.",
      { path: controller },
      { path: endpoints },
    ),
    forbid(
      "endpoints-without-sessions",
      "The two reconcilers meet in EC2 alone.",
      { path: endpoints },
      { path: controller },
    ),

    // Around core: aws implements its ports, runtime is what functions share, and each function wires its own together.
    forbid(
      "aws-implements-core",
      "aws implements the ports of core. Who uses it is none of its business.",
      { path: "^functions/aws/" },
      { path: "^functions/(?!(aws|core)/)" },
    ),
    forbid(
      "aws-ground",
      "What lies in aws itself is shared by its folders, so it needs none of them.",
      { path: "^functions/aws/[^/]+$" },
      { path: "^functions/aws/[^/]+/" },
    ),
    forbid(
      "functions-apart",
      "A function's folder is its own: what two need belongs in runtime, aws or core. But requests is reconcile behind an admission.",
      { path: "^functions/([^/]+)/", pathNot: "^functions/capture-split/" },
      { path: "^functions/(?!(core|aws|runtime)/)", pathNot: ["^functions/$1/", "^functions/reconcile/"] },
    ),
    forbid(
      "split-is-the-agents",
      "The splitter is a program of the nodes beside the agent: what both know is the agent's core.",
      { path: "^functions/capture-split/" },
      { path: "^functions/(?!capture-split/|capture-agent/core/)" },
    ),
    forbid(
      "reconcile-for-requests-alone",
      "Only requests goes on where reconcile does.",
      { path: "^functions/(?!(reconcile|requests)/)" },
      { path: "^functions/reconcile/" },
    ),
    forbid(
      "sdk-in-aws",
      "Only functions/aws, and the capture agent's own aws folder, import the AWS SDK: add a port there.",
      { path: "^functions/", pathNot: "^functions/(capture-agent/)?aws/" },
      { path: "^node_modules/(@aws-sdk|@smithy)/" },
    ),

    // The capture agent runs on a node, not in Lambda.
    forbid(
      "agent-alone",
      "The capture agent is a program of its own.",
      { path: "^functions/capture-agent/" },
      { path: "^functions/(?!capture-agent/)" },
    ),
    forbid(
      "agent-core-is-pure",
      "The agent's core is plain data in, plain data out, as functions/core is.",
      { path: "^functions/capture-agent/core/" },
      { pathNot: "^(functions/capture-agent/core|node_modules/zod)/" },
    ),
    forbid(
      "agent-aws-implements-core",
      "The agent's aws folder implements ports; it knows neither the machine nor who uses it.",
      { path: "^functions/capture-agent/aws/" },
      { path: "^functions/capture-agent/", pathNot: "^functions/capture-agent/(aws|core)/" },
    ),
    forbid(
      "agent-system-is-below",
      "The agent's system folder is the machine; it knows neither AWS nor who uses it, but how the node is set up.",
      { path: "^functions/capture-agent/system/" },
      {
        path: "^functions/capture-agent/",
        pathNot: "^functions/capture-agent/((system|core)/|config[.]ts$)",
      },
    ),

    // What is shipped, the local cloud, the scripts and the tests.
    forbid(
      "product-alone",
      "What is shipped needs nothing that is not.",
      { path: "^functions/" },
      { pathNot: "^(functions|node_modules)/", dependencyTypesNot: ["core"] },
    ),
    forbid(
      "local-cloud-alone",
      "The local cloud is a product of its own: it knows AWS, not us.",
      { path: "^local-cloud/" },
      { pathNot: "^(local-cloud|node_modules)/", dependencyTypesNot: ["core"] },
    ),
    forbid(
      "scripts-without-suites",
      "Scripts share equipment with the tests (test/support); a suite is started, not imported.",
      { path: "^scripts/" },
      { path: "^test/(?!support/)" },
    ),
    forbid(
      "tests-are-not-imported",
      "What two tests need belongs beside them or in test/support.",
      {},
      { path: "[.]test[.]ts$" },
    ),
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    // Imports of types count as well: they are what a file must know.
    tsPreCompilationDeps: true,
    doNotFollow: { path: "^node_modules/" },
    exclude: { path: "^(functions/dist|test/provider-types/node_modules)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};

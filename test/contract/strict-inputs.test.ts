/**
 * Keys that an object input does not have are refused, through the real Terraform: mirror-controller's variables and its
 * folder inputs/ are a configuration without a provider. It is called as the root and mirror-client call it, from values
 * of type `any`.
 */
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateInputs, hasInputs } from "../../scripts/lib/inputs/generate.js";
import { modules } from "../../scripts/lib/roots.js";
import { root } from "../../scripts/lib/run.js";

const strict = modules().filter((folder) => hasInputs(root, folder));

test.each(strict)(
  "what %s has from its folder inputs/ is fresh (else: npm run root:variables)",
  async (folder) => {
    const stale = [...(await generateInputs(root, folder))]
      .filter(([name, text]) => {
        const path = join(root, folder, name);
        return !existsSync(path) || readFileSync(path, "utf8") !== text;
      })
      .map(([name]) => name);
    expect(stale).toEqual([]);
  },
);

const caller = `
variable "given" {
  type = any
}

resource "terraform_data" "later" {
  input = var.given
}

module "controller" {
  source          = "./controller"
  name            = "mirror"
  vpcs            = try(var.given.vpcs, {})
  sources         = try(var.given.later, false) ? terraform_data.later.output.sources : try(var.given.sources, null)
  exclude         = try(var.given.exclude, null)
  pace            = try(var.given.pace, null)
  lifecycle_hooks = try(var.given.lifecycle_hooks, null)
}

output "inputs" {
  value = module.controller.inputs
}
`;

const outputs = `
output "inputs" {
  value = {
    sources = module.inputs.sources
    exclude = module.inputs.exclude
    pace    = module.inputs.pace
    vpcs    = module.inputs.vpcs
  }
}
`;

describe("mirror-controller", () => {
  const folder = mkdtempSync(join(tmpdir(), "strict-inputs-"));
  const environment = { ...process.env, TF_CLI_CONFIG_FILE: undefined, TF_IN_AUTOMATION: "1" };
  const terraform = (...args: readonly string[]) =>
    spawnSync("terraform", args, { cwd: folder, encoding: "utf8", env: environment });

  /** What Terraform says against a value, a line for each error, and what the module makes of it. */
  const apply = (given: Readonly<Record<string, unknown>>) => {
    for (const name of readdirSync(folder).filter((each) => each.startsWith("terraform.tfstate")))
      rmSync(join(folder, name));
    writeFileSync(join(folder, "terraform.tfvars.json"), JSON.stringify({ given }));
    const { stdout, stderr } = terraform("apply", "-auto-approve", "-no-color");
    const refusals = stderr.split(/^(?=Error: )/m).slice(1);
    const read = terraform("output", "-json", "inputs").stdout;
    return {
      refusals: refusals.map((each) => each.replace(/\s+/g, " ")),
      planned: stdout.includes("Apply complete") || /terraform_data\.later: Creat/.test(stdout),
      inputs: refusals.length > 0 ? undefined : (JSON.parse(read) as Record<string, never>),
    };
  };

  beforeAll(() => {
    const source = join(root, "modules", "mirror-controller");
    const module = join(folder, "controller");
    mkdirSync(module);
    cpSync(join(source, "inputs"), join(module, "inputs"), { recursive: true });
    for (const name of readdirSync(source).filter((each) => /^(variables.*|inputs)\.tf$/.test(each)))
      cpSync(join(source, name), join(module, name));
    writeFileSync(join(module, "outputs.tf"), outputs);
    writeFileSync(join(folder, "main.tf"), caller);
    expect(terraform("init", "-no-color")).toMatchObject({ status: 0, stderr: "" });
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const vpc = { vpc_id: "vpc-0123456789abcdef0", filter_id: "tmf-0123456789abcdef0" };
  const target = { target_id: "tmt-0123456789abcdef0", availability_zone: "eu-west-1a" };
  const tagRule = { tags: { mirror: "yes" } };

  test.each<[string, Readonly<Record<string, unknown>>, readonly string[]]>([
    [
      "at the first level",
      { sources: { tag: [tagRule] } },
      [
        "sources must have none but its documented keys: correct or remove sources.tag (none of tags, subnets, vpcs).",
      ],
    ],
    [
      "in an element of a list, beside others",
      { exclude: { tags: [tagRule, null, { ...tagRule, mach: "any" }] } },
      [
        "exclude must have none but its documented keys: correct or remove exclude.tags[2].mach (none of tags, match).",
      ],
    ],
    [
      "in an element of a map in an element of a map",
      {
        vpcs: {
          good: { ...vpc, targets: { a: target } },
          prod: { ...vpc, targets: { a: { ...target, zone: "a" } } },
        },
      },
      [
        'vpcs must have none but its documented keys: correct or remove vpcs["prod"].targets["a"].zone (none of ' +
          "target_id, availability_zone).",
      ],
    ],
    [
      "several at once, in one sentence",
      { exclude: { tag: [], tags: [{ ...tagRule, mach: "any" }], instances: [] } },
      [
        "exclude must have none but its documented keys: correct or remove exclude.instances (none of tags, " +
          "subnet_ids, instance_ids, network_interface_ids, autoscaling_group_names), exclude.tag (none of tags, " +
          "subnet_ids, instance_ids, network_interface_ids, autoscaling_group_names), exclude.tags[0].mach (none of " +
          "tags, match).",
      ],
    ],
  ])("refuses an unknown key %s", (_, given, sentences) => {
    const { refusals } = apply(given);
    expect(refusals).toHaveLength(sentences.length);
    for (const [index, sentence] of sentences.entries()) expect(refusals[index]).toContain(sentence);
  });

  test("refuses a key of what is known only after apply, once it is known", () => {
    const { planned, refusals } = apply({ later: true, sources: { tags: [tagRule], subnet: [] } });
    expect(planned).toBe(true);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain("sources.subnet (none of tags, subnets, vpcs)");
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["a text for an object", { sources: "all" }, "module.inputs.var.sources"],
    ["a text for a number", { pace: { events_burst: "many" } }, "module.inputs.var.pace"],
    [
      "an object for a list",
      { exclude: { subnet_ids: { a: "subnet-00000001" } } },
      "module.inputs.var.exclude",
    ],
    ["a map without what its elements need", { lifecycle_hooks: { web: {} } }, 'element "web"'],
    [
      "a value that a validation refuses",
      { pace: { sweep_burst: 0 } },
      "pace.sweep_burst must be from 1 to 10000.",
    ],
  ])("refuses %s once, as the type or its validation says it", (_, given, words) => {
    const { refusals } = apply(given);
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toContain(words);
  });

  test("fills in defaults, for null as well, and takes elements that are unlike each other", () => {
    const { inputs } = apply({
      vpcs: {
        prod: { ...vpc, targets: { a: target } },
        test: { ...vpc, vpc_id: "vpc-0123456789abcdef1", vni: null, endpoint_service_name: "s" },
      },
      sources: { tags: [tagRule, { tags: { a: null }, match: "any", packet_length: 100 }], subnets: null },
      exclude: null,
      pace: { sweep_burst: null, events_burst: 10 },
    });
    expect(inputs).toMatchObject({
      vpcs: {
        prod: { vni: null, targets: { a: target } },
        test: { targets: null, endpoint_service_name: "s" },
      },
      sources: {
        tags: [
          { match: "all", packet_length: null, interfaces: "all" },
          { match: "any", packet_length: 100, interfaces: "all" },
        ],
        subnets: [],
        vpcs: [],
      },
      exclude: { tags: [], subnet_ids: [] },
      pace: { sweep_burst: 3, events_burst: 10, sweep_per_second: 4.4 },
    });
  });
});

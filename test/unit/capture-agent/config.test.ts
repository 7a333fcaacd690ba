import {
  decapsulatedHop,
  parseClients,
  parseEndpoints,
  parseConfig,
  type NodeConfig,
} from "../../../functions/capture-agent/config.js";

const minimal = {
  version: 1,
  fleet: "capture",
  region: "eu-west-1",
  datapath: "kernel",
  interface: "mirror0",
  health_port: 8080,
  spool: { directory: "/var/spool/traffic-mirror" },
  bucket: { name: "b" },
  tool: { kind: "tcpdump" },
};
const read = (more: object = {}): NodeConfig => parseConfig(JSON.stringify({ ...minimal, ...more }));

test("what is left out has its default, and what the agent does not know is no mistake", () => {
  const config = read({ workers: null, bucket: { name: "b", kms_key_arn: null } });
  expect(config.spool).toMatchObject({ high_water_percent: 85, evict_percent: 95 });
  expect(config.tolerance).toEqual({ loss_ratio: 0.1, still_intervals: 3 });
  expect(config.commands.check).toEqual(["/usr/local/lib/traffic-mirror/check-network"]);
  expect(config.tool.counters).toBeNull();
});

test("every problem is named at once", () => {
  const bad = (): NodeConfig => read({ fleet: "", health_port: 0, spool: { directory: "relative" } });
  expect(bad).toThrow(/fleet: .*health_port: .*spool\.directory: /);
});

test("what is no JSON is refused with a sentence", () => {
  expect(() => parseConfig("{")).toThrow("node.json is not JSON");
});

test("the kernel's path counts in geneve0, the other where the configuration names it", () => {
  expect(decapsulatedHop(read())).toEqual({ interface: "geneve0", direction: "rx" });
  expect(decapsulatedHop(read({ datapath: "bpf" }))).toBeNull();
  const named = { interface: "decap0", direction: "tx" };
  expect(decapsulatedHop(read({ datapath: "bpf", decapsulated: named }))).toEqual(named);
});

test("a register of clients is taken whole or not at all", () => {
  const good = { shop: { account_id: "123456789012", vnis: { main: 12 } } };
  expect(parseClients(JSON.stringify(good))).toEqual(good);
  expect(() => parseClients(JSON.stringify({ ...good, x: { account_id: "1" } }))).toThrow(
    "clients.json: x.vnis",
  );
  // That of an earlier version, by VNI.
  expect(() => parseClients(JSON.stringify({ "1": { client: "a", account_id: "1" } }))).toThrow(
    "clients.json",
  );
});

test("so is the map of endpoints", () => {
  const endpoints = { "vpce-1": { account: "123456789012" }, "vpce-2": { account: "1", gone: "2026-11-29" } };
  expect([...parseEndpoints(JSON.stringify({ version: 1, endpoints }))]).toEqual([
    ["vpce-1", "123456789012"],
    ["vpce-2", "1"],
  ]);
  expect(() => parseEndpoints(JSON.stringify({ version: 2, endpoints }))).toThrow("endpoints.json");
});

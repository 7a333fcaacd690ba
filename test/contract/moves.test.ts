import { modules } from "../../scripts/lib/roots.js";
import { root } from "../../scripts/lib/run.js";
import { readConfiguration } from "./hcl.js";
import { movesOf, vainMoves } from "./moves.js";

const configurations = await Promise.all(modules().map((folder) => readConfiguration(root, folder)));
const from = (folder: string) => {
  const configuration = configurations.find((each) => each.folder === folder);
  return Object.fromEntries((configuration ? movesOf(configuration) : []).map(({ from, to }) => [from, to]));
};

test("every moved block leads from what is no more to what is there", () => {
  expect(configurations.flatMap((each) => vainMoves(each, configurations))).toEqual([]);
});

test("no alarm that was made before modules/alarms is replaced", () => {
  const [one, computed] = ["this", "computed"].map(
    (name) => `module.alarms.aws_cloudwatch_metric_alarm.${name}`,
  );
  expect(from("modules/capture-fleet")).toMatchObject({
    "aws_cloudwatch_metric_alarm.this": one,
    "aws_cloudwatch_metric_alarm.computed": computed,
  });
  expect(from("modules/mirror-controller")).toMatchObject({
    "aws_cloudwatch_metric_alarm.this": one,
    'aws_cloudwatch_metric_alarm.mirroring_skipped["in"]': `${computed}["mirroring-skipped-in"]`,
    'aws_cloudwatch_metric_alarm.mirroring_skipped["out"]': `${computed}["mirroring-skipped-out"]`,
  });
  expect(from("modules/mirror-endpoint")).toMatchObject({ "aws_cloudwatch_metric_alarm.endpoints": one });
});

test.each([
  ["modules/capture-fleet", "endpoint_map", '"endpoint-map"', "endpoint_map_schedule"],
  ["modules/mirror-controller", "sweep", "0", "sweep_schedule"],
  ["modules/mirror-endpoint", "endpoints_schedule", '"endpoints"', "endpoints_schedule"],
])(
  "no schedule of %s that was made before modules/function-schedule is replaced",
  (folder, name, key, call) => {
    const types = ["aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "aws_lambda_permission"];
    expect(from(folder)).toMatchObject(
      Object.fromEntries(
        types.map((type) => [`${type}.${name}[${key}]`, `module.${call}[${key}].${type}.this`]),
      ),
    );
  },
);

test("what the root had before mirror-client is not replaced", () => {
  expect(from(".")).toMatchObject({
    "module.mirror_endpoint": "module.mirror_client.module.mirror_endpoint",
    "module.mirror_controller": "module.mirror_client.module.mirror_controller",
  });
});

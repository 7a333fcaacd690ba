/** A module's names, ARNs and principals: from modules/identity, whatever a plan knows and whichever partition. */
import { modules } from "../../scripts/lib/roots.js";
import { root } from "../../scripts/lib/run.js";
import { parseConfiguration, readConfiguration } from "./hcl.js";
import { conditioned, ofOnePartition, placeSources, unkept } from "./identity.js";

const folders = modules().filter((folder) => folder !== "modules/identity");
const configurations = await Promise.all(folders.map((folder) => readConfiguration(root, folder)));

test.each(configurations.map((each) => [each.folder, each] as const))(
  "%s is told where it is by modules/identity, which depends_on cannot take back",
  (_, configuration) => {
    expect(placeSources(configuration)).toEqual([]);
    expect(unkept(configuration)).toEqual([]);
  },
);

test.each(configurations.map((each) => [each.folder, each] as const))(
  "%s has no data source with a condition, which a change elsewhere would defer",
  (_, configuration) => {
    expect(conditioned(configuration)).toEqual([]);
  },
);

test.each(configurations.map((each) => [each.folder, each] as const))(
  "%s writes no ARN and no principal of one partition",
  (_, configuration) => {
    // CloudTrail's name of EC2, which is no principal and the same everywhere.
    expect(ofOnePartition(configuration).filter((each) => each !== '"ec2.amazonaws.com"')).toEqual([]);
  },
);

test("what offends is found", async () => {
  const bad = await parseConfiguration("bad", {
    "main.tf": `
      data "aws_region" "current" {}
      data "aws_subnet" "judged" {
        id = var.subnet_id
        lifecycle {
          postcondition {
            condition     = self.vpc_id == var.vpc_id
            error_message = "no"
          }
        }
      }
      locals {
        region = module.identity.region
        arn    = "queue-\${local.region}"
      }
      resource "aws_iam_role" "free" { name = "role" }
      resource "aws_iam_role" "lost" { name = local.arn }
      resource "aws_iam_role" "half" {
        name = local.arn
        lifecycle { ignore_changes = [name] }
      }
      resource "aws_iam_role" "kept" {
        name = local.arn
        lifecycle {
          ignore_changes       = [name]
          replace_triggered_by = [terraform_data.name]
        }
      }
      resource "aws_lambda_permission" "this" { principal = "events.\${local.dns_suffix}" }
      resource "aws_sns_topic" "this" { policy = "arn:aws:sns:eu-west-1:1:x" }
    `,
  });
  expect(placeSources(bad)).toEqual(["aws_region"]);
  expect(conditioned(bad)).toEqual(["data.aws_subnet.judged"]);
  expect(unkept(bad).sort()).toEqual(["aws_iam_role.half: name", "aws_iam_role.lost: name"]);
  expect(ofOnePartition(bad)).toEqual(['"events.${local.dns_suffix}"', "arn:aws:sns:eu-west-1:1:x"]);
});

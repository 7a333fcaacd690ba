import { foreignParts, namelessMessages, parseConfiguration, undescribed, unreadVariables } from "./hcl.js";
import { vainMoves } from "./moves.js";
import { drifted } from "./passed-on.js";
import { ruleFields, uneven } from "./rule-shape.js";
import { tagKeys, tagsWrittenOut } from "./tag-literals.js";
import { brokenLinks, machinePaths, unreasonedSkips } from "./text.js";

// The checks of this folder must be able to fail: each is shown one mistake and one thing that is right.

const configuration = (files: Record<string, string>) => parseConfiguration("modules/planted", files);

test("a variable that only conditions read is found", async () => {
  const planted = await configuration({
    "variables.tf": `
      variable "used" { type = string }
      variable "used_not" { type = string }
      variable "judged" {
        type = string
        validation {
          condition     = var.judged != var.used_not
          error_message = "judged must differ."
        }
      }`,
    "main.tf": `
      resource "aws_sqs_queue" "this" {
        name = "\${var.used}-queue"
        lifecycle {
          precondition {
            condition     = var.judged != ""
            error_message = "judged must not be empty."
          }
        }
      }`,
  });
  expect(unreadVariables(planted).sort()).toEqual(["judged", "used_not"]);
});

test("a missing description, a missing type and a message without its variable are found", async () => {
  const planted = await configuration({
    "all.tf": `
      variable "bare" {}
      variable "right" {
        type        = number
        description = "In seconds."
        validation {
          condition     = var.right > 0
          error_message = "Must be positive."
        }
      }
      output "silent" { value = var.right }`,
  });
  expect(undescribed(planted)).toEqual([
    "variable bare has no description",
    "variable bare has no type",
    "output silent has no description",
  ]);
  expect(namelessMessages(planted)).toEqual(["right: Must be positive."]);
});

test("a variable that differs from the input to which it is passed on is found", async () => {
  const caller = await parseConfiguration(".", {
    "variables.tf": `
      variable "same" {
        type    = object({ a = optional(number, 1) })
        default = {}
      }
      variable "typed" { type = object({ a = optional(number, 1), b = string }) }
      variable "own_size" {
        type     = number
        default  = 1
        nullable = false
      }
      variable "optional" {
        type    = string
        default = null
      }
      variable "built_on" { type = string }`,
    "main.tf": `
      module "part" {
        source   = "./modules/part"
        same     = var.same
        typed    = var.typed
        size     = var.own_size
        optional = var.optional
        built_on = "\${var.built_on}-part"
        listed   = [var.built_on]
      }`,
  });
  const part = await parseConfiguration("modules/part", {
    "variables.tf": `
      variable "same" {
        type = object({
          # in words
          a = optional(number,   1)
        })
        default  = {}
        nullable = true
      }
      variable "typed" { type = object({ a = optional(number, 2), b = string }) }
      variable "size" {
        type    = number
        default = 2
      }
      variable "optional" { type = string }
      variable "built_on" { type = number }
      variable "listed" { type = list(string) }`,
  });
  expect(drifted(caller, [part])).toEqual([
    "modules/part: input optional has another default than variable optional",
    "modules/part: input size has another default than variable own_size",
    "modules/part: input size has another nullable than variable own_size",
    "modules/part: input typed has another type than variable typed",
  ]);
});

test("another provider, a provider block and a provisioner are found", async () => {
  const planted = await configuration({
    "versions.tf": `
      terraform {
        required_providers {
          aws  = { source = "hashicorp/aws" }
          null = { source = "hashicorp/null" }
        }
      }
      provider "aws" {}`,
    "main.tf": `
      resource "null_resource" "this" {}
      resource "terraform_data" "this" {
        provisioner "local-exec" {
          command = "true"
        }
      }
      data "external" "this" {}`,
  });
  expect(foreignParts(planted)).toEqual([
    "versions.tf: requires the provider null",
    "versions.tf: configures a provider",
    "main.tf: uses null_resource",
    "main.tf: uses external",
    "main.tf: runs a provisioner",
  ]);
});

test("a path of a machine is found, a relative one and AWS's own are not", () => {
  const bad = ["", "home", "someone", "project"].join("/");
  const text = ["ok: docs/home/page.md", "ok: https://example.com/home/page", `bad: ${bad}`].join("\n");
  const agent = { path: "b", text: ["", "opt", "aws", "agent"].join("/") };
  expect(machinePaths([{ path: "a", text }, agent], "/nowhere/at/all")).toEqual([`a:3 bad: ${bad}`]);
});

test("a link to a missing file or heading is found", () => {
  const files = [
    {
      path: "docs/a.md",
      text: "[1](b.md) [2](b.md#two-words) [3](b.md#three) [4](../c.md) `[5](no)` [6](https://x.y)",
    },
    { path: "docs/b.md", text: "# Two words" },
  ];
  const paths = new Set(files.map(({ path }) => path));
  expect(brokenLinks(files, (path) => paths.has(path))).toEqual([
    "docs/a.md → b.md#three",
    "docs/a.md → ../c.md",
  ]);
});

test("a skip without a reason is found", () => {
  const text =
    "# checkov:skip=CKV_AWS_1: because this is public by design\n# checkov:skip=CKV_AWS_2\n# checkov:skip=CKV_AWS_3: n/a";
  expect(unreasonedSkips([{ path: "a.tf", text }])).toEqual(["a.tf: CKV_AWS_2", "a.tf: CKV_AWS_3"]);
});

test("the key of a tag that is written out is found, in the local of keys and in descriptions it is not", async () => {
  const planted = await configuration({
    "main.tf": `
      locals {
        tag_keys = { controller = "traffic-mirror:controller" }
      }
      resource "aws_sqs_queue" "this" {
        tags = { "traffic-mirror:zone-id" = "euw1-az1", (local.tag_keys.controller) = "mirror" }
      }
      data "aws_iam_policy_document" "this" {
        statement {
          condition {
            variable = "aws:ResourceTag/traffic-mirror:vpc"
          }
        }
      }
      variable "tags" {
        description = "Never traffic-mirror:rule."
        validation {
          condition     = !startswith(var.tags, "traffic-mirror:")
          error_message = "tags must not be ours."
        }
      }`,
  });
  expect(tagsWrittenOut(planted)).toEqual(["traffic-mirror:vpc", "traffic-mirror:zone-id"]);
  expect(tagKeys(planted)).toEqual({ controller: "traffic-mirror:controller" });
});

test("a field that one kind of rule lacks or has otherwise is found", async () => {
  const { variables } = await configuration({
    "variables.tf": `
      variable "sources" {
        type = object({
          tags = optional(list(object({
            tags  = map(string)
            match = optional(string, "all")
            on    = optional(string, "always")
            name  = optional(string)
          })), [])
          subnets = optional(list(object({
            subnet_id = string
            name      = optional(string)
            on        = optional(string, "always")
          })), [])
          vpcs = optional(list(object({ vpc_id = string, on = optional(string, "never") })), [])
        })
      }`,
  });
  expect(uneven(ruleFields(variables.get("sources") ?? {}))).toEqual([
    "tags has another type of on",
    "subnets has another type of on",
    "vpcs lacks name",
  ]);
});

test("a move to nowhere and a move away from what is still there are found", async () => {
  const called = await parseConfiguration("modules/part", {
    "main.tf": 'resource "aws_sqs_queue" "this" {}',
  });
  const planted = await configuration({
    "main.tf": `
      module "part" {
        source = "../part"
      }
      resource "aws_sqs_queue" "kept" {}
      resource "aws_sqs_queue" "keyed" {
        for_each = toset(["all"])
      }
      moved {
        from = aws_sqs_queue.gone
        to   = module.part.aws_sqs_queue.this["a"]
      }
      moved {
        from = aws_sqs_queue.lost
        to   = module.part.aws_sqs_queue.that
      }
      moved {
        from = aws_sqs_queue.kept
        to   = module.part.aws_sqs_queue.this["b"]
      }
      moved {
        from = aws_sqs_queue.keyed
        to   = aws_sqs_queue.keyed["all"]
      }`,
  });
  expect(vainMoves(planted, [called])).toEqual([
    "modules/planted: aws_sqs_queue.lost → module.part.aws_sqs_queue.that",
    'modules/planted: aws_sqs_queue.kept → module.part.aws_sqs_queue.this["b"]',
  ]);
});

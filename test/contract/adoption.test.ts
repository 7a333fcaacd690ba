/** Nothing of one deployment is taken over by a second one of its name. */
import { modules } from "../../scripts/lib/roots.js";
import { root } from "../../scripts/lib/run.js";
import { adoptable } from "./adoption.js";
import { parseConfiguration, readConfiguration } from "./hcl.js";

// These make nothing by themselves: who calls them says what comes before.
const folders = modules().filter(
  (folder) => !["modules/alarms", "modules/function-schedule"].includes(folder),
);

test.each(folders)(
  "%s makes nothing that exists before it meets what cannot be made twice",
  async (folder) => {
    expect(adoptable(await readConfiguration(root, folder))).toEqual([]);
  },
);

test("what would be taken over is found", async () => {
  const bad = await parseConfiguration("bad", {
    "main.tf": `
      locals { bus = aws_cloudwatch_event_bus.this.name }
      resource "aws_cloudwatch_event_bus" "this" { name = var.name }
      resource "aws_sqs_queue" "free" { name = "queue" }
      resource "aws_sqs_queue" "after_free" { name = aws_sqs_queue.free.name }
      resource "aws_sqs_queue" "safe" {
        name       = "safe"
        depends_on = [aws_cloudwatch_event_bus.this]
      }
      resource "aws_cloudwatch_event_rule" "safe" { event_bus_name = local.bus }
      module "alarms" { source = "../alarms" }
      module "function" { source = "../lambda-function" }
      module "safe_schedule" {
        source        = "../function-schedule"
        function_name = module.function.function_name
      }
      module "schedule" {
        source        = "../function-schedule"
        function_name = var.function_name
      }
    `,
  });
  expect(adoptable(bad).sort()).toEqual([
    "aws_sqs_queue.after_free",
    "aws_sqs_queue.free",
    "module.alarms",
    "module.schedule",
  ]);
});

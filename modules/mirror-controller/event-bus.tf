# The controller's own bus. In: requests for a mirror. Out: what the functions report. Nothing of AWS's is on it, and it
# has no resource policy, so that only principals of this account reach it, each as far as its IAM policy says.
#
#   traffic-mirror/<aws:userid>  a requester whom IAM keeps to its own name: request_policy_json
#   traffic-mirror               a requester who is trusted to name any interface
#   traffic-mirror.controller    the functions, and nobody else

locals {
  # Composed rather than referenced, as the queues' (queue.tf): the functions' policies are then known at plan.
  event_bus_arn = "${local.arns.events}:event-bus/${var.name}"

  requester_source  = "traffic-mirror"
  controller_source = "traffic-mirror.controller"

  # Event rules on this bus, as known_event_rules are those on the default bus (event-rules.tf).
  bus_rules = {
    requests = {
      name        = "requests"
      description = "Mirrors that are asked for, and requests that are withdrawn, for ${var.name}"
      event_pattern = {
        source      = ["traffic-mirror", { prefix = "traffic-mirror/" }]
        detail-type = ["Mirror Requested", "Mirror Withdrawn"]
      }
    }

    sweep = {
      name        = "sweep"
      description = "Sweeps that the functions of ${var.name} ask for"
      event_pattern = {
        source      = ["traffic-mirror.controller"]
        detail-type = ["Sweep Requested"]
      }
    }
  }
  # A rule on a bus other than the default one has the bus in its name.
  bus_rule_arns = {
    for key, rule in local.bus_rules :
    key => "${local.arns.events}:rule/${var.name}/${rule.name}"
  }
}

resource "aws_cloudwatch_event_bus" "this" {
  name        = var.name
  description = "Requests to ${var.name}, and what it reports"
  tags        = var.tags
}

resource "aws_cloudwatch_event_rule" "bus" {
  for_each = local.bus_rules

  name           = each.value.name
  description    = each.value.description
  event_bus_name = aws_cloudwatch_event_bus.this.name
  event_pattern  = local.event_patterns[each.key]
  tags           = var.tags

  # On destroy before drain, as the rules of the default bus: see invocations.tf.
  depends_on = [aws_lambda_invocation.drain]
}

resource "aws_cloudwatch_event_target" "requests" {
  rule           = aws_cloudwatch_event_rule.bus["requests"].name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  arn            = aws_sqs_queue.requests.arn

  # As the events of AWS (event-rules.tf); nobody sweeps up a lost request, so what is late waits where a person sees it.
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = aws_sqs_queue.requests_dlq.arn
  }

  depends_on = [aws_lambda_event_source_mapping.requests]
}

# A session that somebody else removed is back before the minute is over: reconcile asks for a sweep at once.
resource "aws_cloudwatch_event_target" "sweep_requests" {
  rule           = aws_cloudwatch_event_rule.bus["sweep"].name
  event_bus_name = aws_cloudwatch_event_bus.this.name
  arn            = module.sweep.function_arn

  # As the schedule's: the next sweep sees what a late one would.
  retry_policy {
    maximum_event_age_in_seconds = 60
    maximum_retry_attempts       = 0
  }

  depends_on = [
    aws_iam_role_policy_attachment.sweep_scope,
    aws_lambda_permission.sweep_requests,
  ]
}

resource "aws_lambda_permission" "sweep_requests" {
  statement_id  = "sweep-requests"
  action        = "lambda:InvokeFunction"
  function_name = module.sweep.function_name
  principal     = module.identity.service_principals.events
  source_arn    = local.bus_rule_arns["sweep"]

  lifecycle {
    ignore_changes       = [source_arn]
    replace_triggered_by = [terraform_data.name]
  }
}

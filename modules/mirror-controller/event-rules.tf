locals {
  # An event rule for each trigger; its name is part of the queue's policy. EventBridge does not bill a rule, nor an event
  # of AWS's on the default bus, so what a pattern filters out costs nothing.
  known_event_rules = {
    ec2_state_change = {
      name        = "${var.name}-ec2-state-change"
      description = "Instances that change their state, for ${var.name}"
      event_pattern = {
        source      = ["aws.ec2"]
        detail-type = ["EC2 Instance State-change Notification"]
        # All six, said openly: pending mirrors before the system has booted, and a stop or an end is a look as well.
        detail = { state = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"] }
      }
    }

    autoscaling = {
      name        = "${var.name}-autoscaling"
      description = "Instances that Auto Scaling has launched or terminated, for ${var.name}"
      event_pattern = {
        source      = ["aws.autoscaling"]
        detail-type = ["EC2 Instance Launch Successful", "EC2 Instance Terminate Successful"]
        detail      = { EC2InstanceId = [{ prefix = "i-" }] }
      }
    }

    ecs_tasks = {
      name        = "${var.name}-ecs-tasks"
      description = "ECS tasks whose own network interface comes or goes, for ${var.name}"
      event_pattern = {
        source      = ["aws.ecs"]
        detail-type = ["ECS Task State Change"]
        detail = {
          # The interface is there from PENDING on, before the containers start; what lies between says nothing new.
          lastStatus = ["PENDING", "RUNNING", "STOPPED"]
          attachments = {
            type    = ["eni", "ElasticNetworkInterface"]
            details = { name = ["networkInterfaceId"], value = [{ prefix = "eni-" }] }
          }
        }
      }
    }

    # Needs a CloudTrail trail that logs management events.
    api_calls = {
      name        = "${var.name}-api-calls"
      description = "EC2 calls that attach interfaces, tag or change instances, for ${var.name}"
      event_pattern = {
        source      = ["aws.ec2"]
        detail-type = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource = ["ec2.amazonaws.com"]
          errorCode   = [{ exists = false }]
          "$or" = [
            {
              eventName         = ["AttachNetworkInterface"]
              requestParameters = { networkInterfaceId = [{ prefix = "eni-" }], instanceId = [{ prefix = "i-" }] }
            },
            {
              eventName        = ["CreateNetworkInterface"]
              responseElements = { networkInterface = { networkInterfaceId = [{ prefix = "eni-" }] } }
            },
            {
              # Most calls tag something else.
              eventName         = ["CreateTags", "DeleteTags"]
              requestParameters = { resourcesSet = { items = { resourceId = [{ prefix = "i-" }] } } }
            },
            {
              # What is ours, and what receives, is told by tags as well. Controllers tag their own sessions.
              eventName = ["CreateTags", "DeleteTags"]
              requestParameters = {
                resourcesSet = { items = { resourceId = [{ prefix = "tms-" }, { prefix = "tmt-" }, { prefix = "tmf-" }, { prefix = "vpce-" }] } }
              }
              userIdentity = {
                sessionContext = { sessionIssuer = { arn = [{ exists = false }, { anything-but = { suffix = local.controller_roles } }] } }
              }
            },
            {
              eventName         = ["ModifyInstanceAttribute"]
              requestParameters = { instanceId = [{ prefix = "i-" }] }
            },
          ]
        }
      }
    }

    # A call of its own, since its record does not name the interface: a sweep is asked for. Needs a trail as well.
    detachments = {
      name        = "${var.name}-detachments"
      description = "EC2 calls that detach interfaces, for ${var.name}"
      event_pattern = {
        source      = ["aws.ec2"]
        detail-type = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource       = ["ec2.amazonaws.com"]
          eventName         = ["DetachNetworkInterface"]
          errorCode         = [{ exists = false }]
          requestParameters = { attachmentId = [{ prefix = "eni-attach-" }] }
        }
      }
    }

    tag_changes = {
      name        = "${var.name}-tag-changes"
      description = "Instances whose tags change, for ${var.name}"
      event_pattern = {
        source      = ["aws.tag"]
        detail-type = ["Tag Change on Resource"]
        resources   = [{ prefix = "${local.arns.ec2}:instance/" }]
        detail      = { service = ["ec2"], resource-type = ["instance"] }
      }
    }

    lifecycle_hooks = {
      name        = "${var.name}-lifecycle-hooks"
      description = "Instances that Auto Scaling holds for ${var.name}"
      event_pattern = {
        source      = ["aws.autoscaling"]
        detail-type = ["EC2 Instance-launch Lifecycle Action"]
        detail = {
          LifecycleTransition  = ["autoscaling:EC2_INSTANCE_LAUNCHING"]
          AutoScalingGroupName = local.hook_groups
          LifecycleHookName    = local.hook_names
        }
      }
    }

    guardduty = {
      name        = "${var.name}-guardduty"
      description = "GuardDuty findings about instances, for ${var.name}"
      event_pattern = {
        source      = ["aws.guardduty"]
        detail-type = ["GuardDuty Finding"]
        detail = {
          # An administrator's account gets those of its members too.
          accountId = [local.account]
          severity  = [{ numeric = [">=", var.guardduty_severity] }]
          # An attack sequence names its instances elsewhere, and some are about none: the function tells.
          "$or" = [
            { resource = { instanceDetails = { instanceId = [{ prefix = "i-" }] } } },
            { resource = { resourceType = ["AttackSequence"] } },
          ]
        }
      }
    }

    # Needs a CloudTrail trail that logs management events.
    tampering = {
      name        = "${var.name}-tampering"
      description = "Mirror sessions and filters that somebody else removes or changes, for ${var.name}"
      event_pattern = {
        source      = ["aws.ec2"]
        detail-type = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource = ["ec2.amazonaws.com"]
          eventName = [
            "DeleteTrafficMirrorSession", "ModifyTrafficMirrorSession",
            "CreateTrafficMirrorFilterRule", "DeleteTrafficMirrorFilterRule", "ModifyTrafficMirrorFilterRule",
            "ModifyTrafficMirrorFilterNetworkServices", "DeleteTrafficMirrorFilter",
          ]
          errorCode = [{ exists = false }]
          # A role is known by its session's issuer, a user by its own ARN, a service of AWS by neither; anything-but
          # matches no field that is missing. Each list stands here once: ten roles of IAM Identity Center fit in.
          "$or" = [
            { userIdentity = { sessionContext = { sessionIssuer = { arn = [{ anything-but = { suffix = local.session_roles } }] } } } },
            { userIdentity = {
              sessionContext = { sessionIssuer = { arn = [{ exists = false }] } }
              arn            = [{ anything-but = local.session_users }]
            } },
            { userIdentity = { sessionContext = { sessionIssuer = { arn = [{ exists = false }] } }, arn = [{ exists = false }] } },
          ]
        }
      }
    }
  }

  # In every pattern of this module: other buses may forward events of other accounts and regions to these.
  event_origin = { account = [local.account], region = [local.region] }
  event_patterns = {
    for name, pattern in merge(
      { for trigger, rule in local.known_event_rules : trigger => rule.event_pattern },
      { for key, rule in local.bus_rules : key => rule.event_pattern },
      { hub = local.hub_event_pattern },
    ) : name => jsonencode(merge(pattern, local.event_origin))
  }

  # length counts characters; base64 turns three bytes into four of them.
  event_pattern_bytes = { for name, pattern in local.event_patterns : name => floor(length(base64encode(pattern)) * 3 / 4) }

  # What nothing here could answer to, or what comes too late to be of use, gets no event rule.
  idle_triggers = concat(
    local.schedule_minutes == 1 ? ["detachments"] : [],
    length(local.hooks) == 0 ? ["lifecycle_hooks"] : [],
    anytrue([for rule in local.rules : rule.on == "guardduty"]) ? [] : ["guardduty"],
  )
  event_rules = {
    for trigger, rule in local.known_event_rules : trigger => rule
    if contains(var.triggers, trigger) && !contains(local.idle_triggers, trigger)
  }

  controller_roles = [for function in ["reconcile", "requests", "sweep"] : "-${function}-${local.region}"]

  # Who may change sessions: functions of this and of other controllers in the account, whose roles
  # modules/lambda-function names (each may touch its own sessions alone, and of one that is gone nobody can tell whose
  # it was), and who is given. By the name of a role, which its account has once, whatever its path; only principals of
  # this account can reach its sessions.
  session_roles = concat(
    local.controller_roles,
    [for arn in var.session_principals : "/${reverse(split("/", arn))[0]}" if strcontains(arn, ":role/")],
  )
  # Never an empty list, which EventBridge refuses.
  session_users = concat(["-"], [for arn in var.session_principals : arn if strcontains(arn, ":user/")])
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.event_rules

  name          = each.value.name
  description   = each.value.description
  event_pattern = local.event_patterns[each.key]
  tags          = var.tags

  lifecycle {
    precondition {
      # Quota "Event pattern size", EventBridge User Guide.
      condition     = local.event_pattern_bytes[each.key] <= 2048
      error_message = <<-EOT
        The event pattern of the trigger ${each.key} would have ${local.event_pattern_bytes[each.key]} bytes, and
        EventBridge takes 2,048: give fewer or shorter names in lifecycle_hooks or session_principals.
      EOT
    }
  }

  # On destroy the event rules go first, then drain removes the sessions: see invocations.tf.
  depends_on = [aws_lambda_invocation.drain]
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.event_rules

  rule = aws_cloudwatch_event_rule.this[each.key].name
  arn  = aws_sqs_queue.events.arn

  # An hour: after that, many sweeps have seen what the event would have said.
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 185
  }

  # Without one EventBridge drops what it could not deliver.
  dead_letter_config {
    arn = aws_sqs_queue.events_dlq.arn
  }

  # Events that arrive before the mapping would only wait.
  depends_on = [aws_lambda_event_source_mapping.events]
}

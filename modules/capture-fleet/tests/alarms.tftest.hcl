# Alarms: what fires, by which dimensions, and where it says what to do.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_data {
  target = data.aws_subnet.this["one"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.1.0/24"
    availability_zone    = "eu-west-1a"
    availability_zone_id = "euw1-az1"
  }
}

override_data {
  target = data.aws_subnet.this["two"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.2.0/24"
    availability_zone    = "eu-west-1b"
    availability_zone_id = "euw1-az2"
  }
}

variables {
  name   = "capture"
  vpc_id = "vpc-0123456789abcdef0"
  subnets = {
    one = "subnet-00000000000000001"
    two = "subnet-00000000000000002"
  }
}

run "by_default_each_zone_each_hop_and_each_way_to_lose_evidence_has_its_alarm" {
  assert {
    condition = (
      output.alarm_names == tolist([
        for name in [
          "agents-silent", "at-maximum", "drop-decapsulated", "drop-mirrored", "drop-outer", "drop-tool", "evidence-lost",
          "healthy-hosts", "healthy-hosts-one", "healthy-hosts-two", "launch-failed", "spool-nearly-full", "upload-behind",
        ] :
        "capture-fleet-${name}"
      ])
    )
    error_message = "No alarm may be missing."
  }

  assert {
    condition = (
      module.alarms.alarms["healthy-hosts-two"].dimensions ==
      tomap({ LoadBalancer = "gwy/capture/0123456789abcdef", TargetGroup = "targetgroup/capture/0123456789abcdef", AvailabilityZone = "eu-west-1b" }) &&
      module.alarms.alarms["healthy-hosts-two"].treat_missing_data == "breaching"
    )
    error_message = "A zone without targets reports nothing, which must fire."
  }

  assert {
    condition = alltrue([
      for alarm in values(module.alarms.alarms) : alarm.dimensions == tomap({ fleet = "capture" }) if alarm.namespace == "TrafficMirror"
    ])
    error_message = "The agents' figures are by fleet."
  }

  assert {
    condition = (
      { for query in module.alarms.alarms["launch-failed"].metric_query : query.id => try(query.metric[0].dimensions, null) } == {
        result    = null
        failed    = tomap({ RuleName = "capture-fleet-launch-failed" })
        abandoned = tomap({ fleet = "capture" })
      }
    )
    error_message = "The rule's name must come from the rule."
  }

  assert {
    condition = (
      {
        for query in module.alarms.alarms["at-maximum"].metric_query : query.id => try(query.metric[0].dimensions["AutoScalingGroupName"], null)
      } == { result = null, desired = "capture-node", most = "capture-node" }
    )
    error_message = "The group's name must come from the group."
  }
}

run "every_alarm_names_a_section_that_is_there" {
  assert {
    condition = alltrue([
      for alarm in values(module.alarms.alarms) : contains(
        [
          for line in split("\n", file("${path.module}/../../docs/operations.md")) :
          replace(lower(trimprefix(line, "## ")), " ", "-") if startswith(line, "## ")
        ],
        regex("docs/operations[.]md#([a-z-]+)[.]", alarm.alarm_description)[0],
      )
    ])
    error_message = "docs/operations.md must say what to do."
  }
}

run "actions_reach_the_alarms_for_people_and_not_the_one_that_scales" {
  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:operators"]
  }

  assert {
    condition = (
      alltrue([for alarm in values(module.alarms.alarms) : alarm.alarm_actions == toset(["arn:aws:sns:eu-west-1:111122223333:operators"])]) &&
      !contains(aws_cloudwatch_metric_alarm.scale_out["all"].alarm_actions, "arn:aws:sns:eu-west-1:111122223333:operators")
    )
    error_message = "Growing is no news."
  }
}

run "a_group_smaller_than_its_zones_has_no_alarm_for_each" {
  variables {
    min_size = 1
  }

  assert {
    condition     = length([for name in output.alarm_names : name if startswith(name, "capture-fleet-healthy-hosts")]) == 1
    error_message = "With cross-zone on, a zone may well be without a node."
  }
}

run "a_fleet_of_fixed_size_is_always_at_its_maximum" {
  variables {
    max_size = 2
  }

  assert {
    condition     = !contains(output.alarm_names, "capture-fleet-at-maximum")
    error_message = "An alarm that always fires is none."
  }
}

run "failed_launches_are_those_of_the_fleet_and_reach_the_hubs_bus" {
  variables {
    group_per_zone = true
  }

  assert {
    condition = (
      jsondecode(aws_cloudwatch_event_rule.launch_failed.event_pattern) == {
        source      = ["aws.autoscaling"]
        detail-type = ["EC2 Instance Launch Unsuccessful"]
        detail      = { AutoScalingGroupName = ["capture-node-one", "capture-node-two"] }
      }
    )
    error_message = "Other groups' launches are not ours."
  }

  assert {
    condition = (
      aws_cloudwatch_event_target.launch_failed.arn == aws_cloudwatch_event_bus.this.arn &&
      data.aws_iam_policy_document.launch_failed.statement[0].resources == toset([aws_cloudwatch_event_bus.this.arn])
    )
    error_message = "The event must go to the hub's bus, by a role that may do only that."
  }

  assert {
    condition     = contains(output.alarm_names, "capture-fleet-at-maximum-two")
    error_message = "Each group has its own maximum."
  }
}

run "the_dashboard_shows_every_zone_and_every_alarm" {
  assert {
    condition     = output.dashboard_name == "capture-fleet-eu-west-1" && length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 14
    error_message = "Thirteen graphs and the alarms."
  }

  assert {
    condition = (
      length([
        for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget
        if widget.properties.title == "Healthy nodes by zone" && length(try(widget.properties.metrics, [])) == 2
      ]) == 1
    )
    error_message = "Each zone is a line."
  }
}

# endpoint_management = "automatic": what is made, and what the function is given.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                  = "mirror"
  endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
  endpoint_management   = "automatic"
  vpcs = {
    prod = { vpc_id = "vpc-00000000000000001", vni = 100 }
    test = { vpc_id = "vpc-00000000000000002" }
  }
}

run "no_endpoint_or_target_is_terraforms_and_the_controller_finds_targets_by_tag" {
  assert {
    condition     = length(aws_vpc_endpoint.this) + length(aws_ec2_traffic_mirror_target.this) == 0
    error_message = "Endpoints and targets must be the function's."
  }

  assert {
    condition = (
      output.vpcs["prod"].targets == null &&
      output.vpcs["prod"].endpoint_service_name == "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0" &&
      output.vpcs["prod"].vni == 100
    )
    error_message = "The controller must know to look for targets behind this service."
  }

  assert {
    condition     = keys(aws_ec2_traffic_mirror_filter.this) == ["prod", "test"]
    error_message = "The filters stay Terraform's."
  }

  assert {
    condition = (
      output.function_names == { endpoints = "mirror-endpoints" } &&
      keys(output.queue_arns) == ["endpoints", "endpoints_dlq"] &&
      output.apply_summary.needed == 2
    )
    error_message = "The function, its queues and the result of its first run must be published."
  }
}

run "with_terraform_nothing_of_it_is_made" {
  variables {
    endpoint_management = "terraform"
    vpcs                = {}
  }

  assert {
    condition = (
      length(module.endpoints) + length(aws_sqs_queue.endpoints) + length(
        aws_cloudwatch_event_rule.endpoints
      ) + length(module.alarms.alarms) + length(aws_lambda_invocation.apply) ==
      0
    )
    error_message = "The default must make no function."
  }

  assert {
    condition     = output.function_names == {} && output.queue_arns == {} && output.apply_summary == null
    error_message = "There is no function to name."
  }
}

run "its_vpcs_and_subnets_are_looked_for" {
  command = plan

  variables {
    vpc_config = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  assert {
    condition = local.vpcs_of_function == {
      "vpcs[\"prod\"].vpc_id" = "vpc-00000000000000001"
      "vpcs[\"test\"].vpc_id" = "vpc-00000000000000002"
    }
    error_message = "modules/existing refuses a VPC that is not there."
  }

  assert {
    condition     = jsonencode(local.subnet_lists) == jsonencode({ "vpc_config.subnet_ids[%d]" = ["subnet-0123456789abcdef0"] })
    error_message = "modules/existing refuses a subnet that is not there."
  }
}

run "nothing_is_looked_for_without_the_function" {
  command = plan

  variables {
    endpoint_management = "terraform"
    vpcs                = {}
    vpc_config          = { subnet_ids = ["subnet-0fedcba9876543210"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  assert {
    condition     = length(local.vpcs_of_function) + length(local.subnet_lists) == 0
    error_message = "Without the function vpc_config means nothing here."
  }
}

run "no_vpcs_make_no_function" {
  variables {
    vpcs = {}
  }

  assert {
    condition     = length(module.endpoints) + length(aws_lambda_invocation.apply) == 0 && output.vpcs == {}
    error_message = "An empty map must make nothing."
  }
}

run "the_function_is_given_what_it_needs_and_no_more" {
  variables {
    tags               = { Team = "security" }
    availability_zones = { a = { name = "eu-west-1a", id = "euw1-az3" }, b = { id = "euw1-az1" } }
    automatic = {
      zones          = "instances"
      idle_minutes   = 5
      subnet_tags    = { Tier = "inspection", Endpoint = null }
      evacuation_tag = { key = "decommission" }
    }
  }

  assert {
    condition = {
      for name, value in local.endpoints_environment : name => value if !startswith(name, "POWERTOOLS_")
      } == {
      ENDPOINTS_NAME        = "mirror"
      ENDPOINT_SERVICE_NAME = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
      VPC_IDS               = "vpc-00000000000000001,vpc-00000000000000002"
      SERVICE_ZONE_IDS      = "euw1-az3,euw1-az1"
      ENDPOINT_ZONES        = "instances"
      SUBNET_TAGS           = "{\"Endpoint\":null,\"Tier\":\"inspection\"}"
      EVACUATION_TAG        = "{\"key\":\"decommission\",\"value\":null}"
      IDLE_MINUTES          = "5"
      RESOURCE_TAGS         = "{\"Team\":\"security\"}"
    }
    error_message = "Every input of the function must be in its environment, as functions/endpoints/config.ts reads it."
  }
}

run "another_choice_of_subnets_runs_the_function_again" {
  variables {
    automatic = { subnet_tags = { Tier = "inspection" } }
  }

  assert {
    condition = aws_lambda_invocation.apply["endpoints"].triggers["environment"] != sha256(jsonencode(merge(
      local.endpoints_environment,
      { SUBNET_TAGS = "{}" },
    )))
    error_message = "The apply invocation must be made anew when what the function is given changes."
  }

  assert {
    condition = (
      aws_lambda_invocation.apply["endpoints"].lifecycle_scope == "CREATE_ONLY" &&
      aws_lambda_invocation.drain["endpoints"].lifecycle_scope == "CRUD" &&
      aws_lambda_invocation.drain["endpoints"].input == jsonencode({ reason = "drain" })
    )
    error_message = "Drain must have a constant input and act on delete alone."
  }
}

run "every_rule_is_in_the_queues_policy_and_instances_matter_only_where_zones_go_by_them" {
  assert {
    condition     = keys(aws_cloudwatch_event_rule.endpoints) == ["api_calls", "tag_changes"]
    error_message = "With an endpoint in every zone, instances say nothing new."
  }

  assert {
    condition = (
      one([
        for condition in data.aws_iam_policy_document.endpoints_queue["queue"].statement[0].condition : condition.values
        if condition.variable == "aws:SourceArn"
        ]) == tolist([
        "arn:aws:events:eu-west-1:111122223333:rule/mirror-endpoints-api-calls",
        "arn:aws:events:eu-west-1:111122223333:rule/mirror-endpoints-tag-changes",
      ])
    )
    error_message = "The queue must take events of these rules, and of no other."
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.endpoints : length(target.dead_letter_config) == 1])
    error_message = "What cannot be delivered must go to the dead-letter queue."
  }
}

run "instances_are_looked_at_where_zones_go_by_them" {
  variables {
    automatic = { zones = "instances" }
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.endpoints["ec2_state_change"].event_pattern).detail == { state = ["pending", "running"] }
    error_message = "An instance that starts may be the first of its zone."
  }
}

run "every_pattern_takes_events_of_this_account_and_region_alone" {
  variables {
    automatic = { zones = "instances" }
  }

  assert {
    condition = length(aws_cloudwatch_event_rule.endpoints) == 3 && alltrue([
      for rule in aws_cloudwatch_event_rule.endpoints :
      jsondecode(rule.event_pattern).account == ["111122223333"] && jsondecode(rule.event_pattern).region == ["eu-west-1"]
    ])
    error_message = "Events that other buses forward must not match."
  }
}

run "the_schedule_is_the_given_one_and_the_alarms_know_it" {
  variables {
    automatic = { schedule_expression = "rate(10 minutes)" }
  }

  assert {
    condition = (
      module.endpoints_schedule["endpoints"].schedule_expression == "rate(10 minutes)" &&
      module.alarms.alarms["not-run"].period == 1800 &&
      module.alarms.alarms["unserved"].period == 600
    )
    error_message = "An alarm must not fire because runs are rare."
  }
}

run "alarms_name_their_section_and_read_the_functions_own_metrics" {
  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:111122223333:alarms"]
  }

  assert {
    condition = alltrue([
      for name, alarm in module.alarms.alarms :
      endswith(alarm.alarm_description, "See docs/operations.md#endpoints-${name}.") &&
      alarm.alarm_actions == toset(["arn:aws:sns:eu-west-1:111122223333:alarms"])
    ])
    error_message = "Every alarm must name its section and notify."
  }

  assert {
    condition = (
      module.alarms.alarms["unserved"].dimensions == tomap({ service = "traffic-mirror", controller = "mirror" }) &&
      module.alarms.alarms["unserved"].namespace == "TrafficMirror"
    )
    error_message = "An alarm sees a metric only by all of its dimensions."
  }
}

run "the_visibility_time_out_fits_the_function" {
  assert {
    condition     = aws_sqs_queue.endpoints["endpoints"].visibility_timeout_seconds == 6 * local.endpoints_timeout
    error_message = "A message must not come back while it is worked on."
  }
}

run "a_vpc_made_in_the_same_apply_can_be_planned" {
  command = plan

  module {
    source = "./tests/same-apply"
  }

  variables {
    endpoint_management = "automatic"
  }
}

# The three modules in one account, joined by their outputs. Fleet and sources share a VPC here, which is allowed,
# and lets one mocked subnet serve for both.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name            = "mirror"
  capture_vpc_id  = "vpc-0123456789abcdef0"
  capture_subnets = { a = "subnet-0fedcba9876543210" }
  vpcs = {
    prod = {
      vpc_id  = "vpc-0123456789abcdef0"
      subnets = { a = "subnet-0123456789abcdef0" }
      vni     = 100
    }
  }
}

run "required_inputs_are_enough" {
  command = apply

  assert {
    condition     = output.vpcs.prod.targets.a.target_id == "tmt-0123456789abcdef0" && output.vpcs.prod.vni == 100
    error_message = "Each subnet must have a target."
  }

  assert {
    condition     = output.function_names == { reconcile = "mirror-reconcile", requests = "mirror-requests", sweep = "mirror-sweep" }
    error_message = "The controller's functions must be shown, and no other."
  }

  assert {
    condition     = output.policy_parameter_name == "/mirror/policy" && output.endpoints_apply_summary == null
    error_message = "The controller's outputs must be shown, and none of a function that is not there."
  }

  assert {
    condition     = output.apply_summary.complete && keys(output.queue_arns) == ["events", "events_dlq", "requests", "requests_dlq"]
    error_message = "The summary of the first sweep must be shown."
  }

  assert {
    condition = alltrue([for value in [
      output.capture_endpoint_service_name, output.capture_event_bus_arn, output.capture_bucket,
      output.capture_autoscaling_group_name, output.capture_load_balancer_arn_suffix, output.capture_dashboard_name,
      output.event_bus_arn, output.request_policy_json,
    ] : length(value) > 0]) && keys(output.capture_availability_zones) == ["a"]
    error_message = "No output may be empty."
  }
}

run "the_fleet_is_never_mirrored_into_itself" {
  command = plan

  variables {
    exclude = { autoscaling_group_names = ["sensors"], instance_ids = ["i-0123456789abcdef0"] }
  }

  assert {
    condition     = tolist(local.exclude.autoscaling_group_names) == tolist(["sensors", output.capture_autoscaling_group_name])
    error_message = "The fleet's group must be excluded besides the groups that are given."
  }

  assert {
    condition     = tolist(local.exclude.instance_ids) == tolist(["i-0123456789abcdef0"])
    error_message = "What is given must be excluded."
  }
}

run "what_is_said_of_events_reaches_the_controller" {
  command = plan

  variables {
    triggers           = ["lifecycle_hooks", "guardduty", "tampering"]
    guardduty_severity = 7
    session_principals = ["arn:aws:iam::111122223333:role/network-admin"]
    lifecycle_hooks    = { web = { autoscaling_group_name = "web" } }
    demands            = { limit = 10 }
    uncovered_alarm    = { sources = 3 }
    hub_event_bus_arn  = "arn:aws:events:eu-west-1:444455556666:event-bus/capture-hub"
    vpc_config         = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
    sources            = { tags = [{ tags = { Mirror = "true" }, on = "guardduty" }] }
  }

  # The module tests what it makes of them; here, that the hub's queue is there shows that one was passed on.
  assert {
    condition     = keys(output.queue_arns) == ["events", "events_dlq", "hub_dlq", "requests", "requests_dlq"]
    error_message = "The hub's bus must be passed on."
  }
}

run "the_fleets_inputs_reach_the_fleet" {
  command = plan

  variables {
    capture_group_per_zone            = true
    capture_cross_zone_load_balancing = false
    capture_min_size                  = 1
    capture                           = { datapath = "bpf", filter = "not port 3306" }
    capture_scaling                   = { network_in_mbps = 700 }
    capture_capacity                  = { expected_gbps = 4 }
    capture_notifications             = { eventbridge = false }
    capture_object_lock               = { mode = "GOVERNANCE", days = 3 }
    capture_acceptance_required       = true
    capture_https_destinations        = { cidr_blocks = ["10.0.0.0/16"] }
    capture_hooks                     = { launch_timeout_seconds = 900 }
  }

  assert {
    condition     = output.capture_autoscaling_group_names == { a = "mirror-node-a" } && output.capture_capacity_plan.expected_gbps == 4
    error_message = "Groups and plan must be what was asked for."
  }

  assert {
    condition     = tolist(local.exclude.autoscaling_group_names) == tolist(["mirror-node-a"])
    error_message = "Every group of the fleet must be excluded."
  }
}

run "the_account_itself_is_the_fleets_client" {
  command = plan

  assert {
    condition     = local.clients.self.account_id == "111122223333" && local.clients.self.vnis.prod == 100
    error_message = "Endpoints of this account must be allowed to connect, and nodes must know its VNIs."
  }
}

run "optional_inputs_left_out_take_the_modules_defaults" {
  command = plan

  variables {
    capture_health_check = { path = "/ready" }
    pace                 = { sweep_per_second = 2 }
  }

  # That the plan passes shows it: the modules refuse what is neither given nor defaulted.
  assert {
    condition     = output.function_names.sweep == "mirror-sweep"
    error_message = "A part of an object must be enough."
  }
}

run "a_name_too_long_for_the_bucket_is_refused" {
  command = plan

  variables {
    name = "a12345678901234567890123456"
  }

  expect_failures = [var.name]
}

run "an_empty_name_is_refused" {
  command = plan

  variables {
    name = ""
  }

  expect_failures = [var.name]
}

run "endpoints_that_follow_by_themselves_need_no_subnets" {
  command = apply

  variables {
    endpoint_management = "automatic"
    automatic           = { zones = "instances" }
    vpcs                = { prod = { vpc_id = "vpc-0123456789abcdef0" } }
  }

  assert {
    condition = output.function_names == {
      endpoints = "mirror-endpoints", reconcile = "mirror-reconcile", requests = "mirror-requests", sweep = "mirror-sweep",
    }
    error_message = "The function must be shown beside the controller's."
  }

  assert {
    condition     = keys(output.queue_arns) == ["endpoints", "endpoints_dlq", "events", "events_dlq", "requests", "requests_dlq"]
    error_message = "The function's queues must be shown beside the controller's."
  }

  assert {
    condition     = output.endpoints_apply_summary != null
    error_message = "What the function did must be shown."
  }

  assert {
    condition     = output.vpcs.prod.targets == null
    error_message = "The controller must be told to find targets by their tags."
  }
}

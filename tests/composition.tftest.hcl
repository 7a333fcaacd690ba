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
    condition     = output.endpoint_vpcs.prod.targets.a.target_id == "tmt-0123456789abcdef0" && output.endpoint_vpcs.prod.vni == 100
    error_message = "Each subnet must have a target."
  }

  assert {
    condition     = output.controller_function_names == { reconcile = "mirror-reconcile", sweep = "mirror-sweep" } && output.controller_policy_parameter_name == "/mirror/policy"
    error_message = "The controller's outputs must be shown."
  }

  assert {
    condition     = output.controller_apply_summary.complete && keys(output.controller_queue_arns) == ["events", "events_dlq"]
    error_message = "The summary of the first sweep must be shown."
  }

  assert {
    condition = alltrue([for value in [
      output.capture_endpoint_service_name, output.capture_event_bus_arn, output.capture_capture_bucket,
      output.capture_autoscaling_group_name, output.capture_load_balancer_arn_suffix,
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
    condition     = tolist(local.exclude.autoscaling_group_names) == tolist(["sensors", output.capture_autoscaling_group_name]) && local.exclude.instance_ids == tolist(["i-0123456789abcdef0"])
    error_message = "The fleet's group must be excluded besides what is given."
  }
}

run "the_account_itself_is_the_fleets_client" {
  command = plan

  assert {
    condition     = local.clients == { self = { account_id = "111122223333" } }
    error_message = "Endpoints of this account must be allowed to connect."
  }
}

run "optional_inputs_left_out_take_the_modules_defaults" {
  command = plan

  variables {
    health_check = { path = "/ready" }
    pace         = { sweep_per_second = 2 }
  }

  # That the plan passes shows it: the modules refuse what is neither given nor defaulted.
  assert {
    condition     = output.controller_function_names.sweep == "mirror-sweep"
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
    condition     = output.endpoint_function_names == { endpoints = "mirror-endpoints" } && keys(output.endpoint_queue_arns) == ["endpoints", "endpoints_dlq"] && output.endpoint_apply_summary != null
    error_message = "The function's outputs must be shown."
  }

  assert {
    condition     = output.endpoint_vpcs.prod.targets == null
    error_message = "The controller must be told to find targets by their tags."
  }
}

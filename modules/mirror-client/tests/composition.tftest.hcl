# Endpoints and controller of a client account, joined by their outputs. What each makes of an input is tested in its module;
# here, that it arrives, under the name and with the default that it has there.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name                  = "mirror"
  endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
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
    condition     = length(output.event_bus_arn) > 0 && length(output.request_policy_json) > 0
    error_message = "No output may be empty."
  }
}

run "several_vpcs_are_served_by_one_controller" {
  command = apply

  # The mocked provider gives every subnet the same zone, which a second subnet of one VPC could not have.
  variables {
    vpcs = {
      prod  = { vpc_id = "vpc-0123456789abcdef0", subnets = { a = "subnet-0123456789abcdef0" }, vni = 100 }
      stage = { vpc_id = "vpc-0123456789abcdef1", subnets = { a = "subnet-0123456789abcdef1" } }
    }
  }

  override_data {
    target = module.mirror_endpoint.data.aws_subnet.this["stage/a"]
    values = {
      vpc_id               = "vpc-0123456789abcdef1"
      availability_zone    = "eu-west-1b"
      availability_zone_id = "euw1-az2"
    }
  }

  assert {
    condition     = keys(output.vpcs) == ["prod", "stage"] && output.vpcs.stage.targets.a.availability_zone == "eu-west-1b"
    error_message = "Each VPC must have a filter and targets."
  }
}

run "what_is_said_of_events_reaches_the_controller" {
  command = plan

  variables {
    hub_event_bus_arn  = "arn:aws:events:eu-west-1:444455556666:event-bus/capture-hub"
    triggers           = ["lifecycle_hooks", "guardduty", "tampering"]
    guardduty_severity = 7
    session_principals = ["arn:aws:iam::111122223333:role/network-admin"]
    lifecycle_hooks    = { web = { autoscaling_group_name = "web" } }
    demands            = { limit = 10 }
    uncovered_alarm    = { sources = 3 }
    vpc_config         = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
    sources            = { tags = [{ tags = { Mirror = "true" }, on = "guardduty" }] }
    pace               = { sweep_per_second = 2 }
  }

  assert {
    condition     = keys(output.queue_arns) == ["events", "events_dlq", "hub_dlq", "requests", "requests_dlq"]
    error_message = "The hub's bus must be passed on."
  }
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
    condition     = output.endpoints_apply_summary != null && output.vpcs.prod.targets == null
    error_message = "What the function did must be shown, and the controller told to find targets by their tags."
  }
}

# The function that writes down whose each endpoint is.

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

variables {
  name    = "capture"
  vpc_id  = "vpc-0123456789abcdef0"
  subnets = { one = "subnet-00000000000000001" }
  capture = { datapath = "bpf" }
}

run "it_runs_every_minute_and_may_do_nothing_but_list_connections_and_write_one_object" {
  command = plan

  assert {
    condition     = module.endpoint_map_schedule["endpoint-map"].schedule_expression == "rate(1 minute)"
    error_message = "A new endpoint must be known within a minute: each run looks twice."
  }

  assert {
    condition = {
      for statement in data.aws_iam_policy_document.endpoint_map["endpoint-map"].statement : statement.sid => statement.actions
      } == {
      SeeConnections = toset(["ec2:DescribeVpcEndpointConnections"])
      WriteMap       = toset(["s3:GetObject", "s3:PutObject"])
    }
    error_message = "Without a key of one's own these two are all."
  }

  assert {
    condition     = local.node_settings.endpoints_key == "endpoints.json" && local.endpoint_map_key == "endpoints.json"
    error_message = "Nodes read what the function writes."
  }
}

run "the_map_is_encrypted_by_the_key_of_the_code_bucket" {
  command = plan

  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000"
  }

  assert {
    condition = contains([
      for statement in data.aws_iam_policy_document.endpoint_map["endpoint-map"].statement : statement.sid
    ], "EncryptMap")
    error_message = "S3 encrypts it with that key as whoever writes."
  }
}

run "silence_and_errors_are_alarms" {
  command = plan

  assert {
    condition = (
      local.computed_alarms["endpoint-map"].missing == "breaching" &&
      local.computed_alarms["endpoint-map"].metrics.errors.dimensions == { FunctionName = "capture-endpoint-map" }
    )
    error_message = "A function that does not run writes nothing."
  }
}

run "the_kernel_data_path_knows_no_endpoint_and_needs_no_map" {
  command = plan

  variables {
    capture = { datapath = "kernel" }
  }

  assert {
    condition     = length(module.endpoint_map_schedule) == 0 && local.node_settings.endpoints_key == null
    error_message = "There must be no function for nothing."
  }
}

run "its_zip_its_place_and_its_log_are_the_callers" {
  command = plan

  variables {
    lambda_package     = { s3_bucket = "code", s3_key_prefix = "traffic-mirror/1.0.0/" }
    vpc_config         = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
    log_retention_days = 90
  }

  override_module {
    target = module.existing
    outputs = {
      vpcs    = { vpc_id = "vpc-0123456789abcdef0" }
      subnets = { "subnets[\"one\"]" = "subnet-00000000000000001" }
    }
  }

  assert {
    condition = (
      module.endpoint_map["endpoint-map"].package == "s3://code/traffic-mirror/1.0.0/endpoint-map.zip" &&
      module.endpoint_map["endpoint-map"].log_retention_days == 90 &&
      module.endpoint_map["endpoint-map"].subnet_ids == toset(["subnet-0123456789abcdef0"])
    )
    error_message = "An organization's rules for code, networks and logs hold for this function as well."
  }
}

run "a_package_without_a_bucket_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    lambda_package = { s3_bucket = "" }
  }

  expect_failures = [var.lambda_package]
}

run "a_vpc_config_without_a_security_group_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpc_config = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = [] }
  }

  expect_failures = [var.vpc_config]
}

run "a_vpc_config_with_a_vpc_for_a_subnet_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpc_config = { subnet_ids = ["vpc-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  expect_failures = [var.vpc_config]
}

run "days_that_cloudwatch_does_not_know_are_refused" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

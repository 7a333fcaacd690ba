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
    condition     = aws_cloudwatch_event_rule.endpoint_map["endpoint-map"].schedule_expression == "rate(1 minute)"
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
    condition     = length(aws_cloudwatch_event_rule.endpoint_map) == 0 && local.node_settings.endpoints_key == null
    error_message = "There must be no function for nothing."
  }
}

# Whether packets come in: the bucket that nodes and controllers write to, and the function that joins them.

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
  name     = "capture"
  vpc_id   = "vpc-0123456789abcdef0"
  subnets  = { one = "subnet-00000000000000001" }
  arrivals = {}
  clients = {
    first  = { account_id = "222233334444", vnis = { main = 101 } }
    second = { account_id = "333344445555", vnis = { main = 101 } }
  }
}

run "there_is_nothing_of_it_without_the_input" {
  command = plan

  variables {
    arrivals = null
  }

  assert {
    condition = (
      length(aws_s3_bucket.arrivals) == 0 && length(module.arrivals) == 0 && output.arrivals_bucket_name == null &&
      !contains(keys(local.computed_alarms), "arrivals") && !contains(keys(local.metric_alarms), "groups-silent")
    )
    error_message = "A hub that is upgraded must get no bucket that clients may write to."
  }
}

run "a_client_writes_and_reads_its_own_folders_and_no_other" {
  assert {
    condition = {
      for statement in data.aws_iam_policy_document.arrivals_bucket["arrivals"].statement : statement.sid => join(" ", concat(
        sort(statement.actions),
        [for arn in statement.resources : trimprefix(arn, aws_s3_bucket.arrivals["arrivals"].arn)],
        sort(one(statement.principals).identifiers),
      )) if statement.sid != "OnlyTls"
      } == {
      HandIn = "s3:PutObject /sources/$${aws:PrincipalAccount}/* arn:aws:iam::222233334444:root arn:aws:iam::333344445555:root"
      Answer = "s3:GetObject /verdicts/$${aws:PrincipalAccount}/* arn:aws:iam::222233334444:root arn:aws:iam::333344445555:root"
    }
    error_message = "No client may write for another one, or read of another one."
  }

  assert {
    condition     = output.arrivals_bucket_name == aws_s3_bucket.arrivals["arrivals"].bucket
    error_message = "The output must be the bucket's name, known at plan."
  }
}

run "objects_end_after_a_day_and_nothing_is_public" {
  command = plan

  assert {
    condition = (
      one(one(aws_s3_bucket_lifecycle_configuration.arrivals["arrivals"].rule).expiration).days == 1 &&
      aws_s3_bucket_public_access_block.arrivals["arrivals"].restrict_public_buckets &&
      aws_s3_bucket_public_access_block.arrivals["arrivals"].block_public_policy
    )
    error_message = "What nodes and controllers write is gone a day later, and is nobody's else."
  }
}

run "an_organization_stands_for_the_list_of_accounts" {
  command = plan

  variables {
    organization_id = "o-a1b2c3d4e5"
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.arrivals_bucket["arrivals"].statement :
      one(statement.principals).identifiers == toset(["*"]) &&
      one(statement.condition).variable == "aws:PrincipalOrgID" &&
      one(statement.condition).values == tolist(["o-a1b2c3d4e5"])
      if statement.sid != "OnlyTls"
    ])
    error_message = "Whoever writes must be of the organization."
  }
}

run "a_hub_without_clients_lets_nobody_in" {
  command = plan

  variables {
    clients = {}
  }

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.arrivals_bucket["arrivals"].statement : statement.sid
    ] == ["OnlyTls"]
    error_message = "A statement without principals is none."
  }
}

run "more_accounts_than_the_policy_has_room_for_are_refused_at_plan" {
  command = plan

  variables {
    clients = { for number in range(201) : "client-${number}" => { account_id = format("2%011d", number), vnis = { main = 101 } } }
  }

  expect_failures = [aws_s3_bucket_policy.arrivals["arrivals"]]
}

run "the_function_may_read_what_is_handed_in_and_write_answers_and_its_state" {
  command = plan

  assert {
    condition = {
      for statement in data.aws_iam_policy_document.arrivals["arrivals"].statement : statement.sid => statement.actions
      } == {
      SeeConnectionsAndTargets = toset(["ec2:DescribeVpcEndpointConnections", "elasticloadbalancing:DescribeTargetHealth"])
      ListWhatIsHandedIn       = toset(["s3:ListBucket"])
      ReadWhatIsHandedIn       = toset(["s3:GetObject"])
      WriteAnswers             = toset(["s3:PutObject"])
    }
    error_message = "These are all."
  }
}

run "it_runs_as_often_as_is_asked_for_and_its_silence_is_an_alarm" {
  command = plan

  variables {
    arrivals = { schedule_minutes = 1, group_minimum = 20, client_metrics = true }
  }

  assert {
    condition = (
      local.computed_alarms["arrivals"].missing == "breaching" &&
      local.computed_alarms["arrivals"].metrics.errors.dimensions == { FunctionName = "capture-arrivals" } &&
      local.metric_alarms["groups-silent"].metric == "GroupsSilent"
    )
    error_message = "A function that does not run says nothing of arrival."
  }
}

run "its_zip_and_its_place_are_the_callers_and_its_subnets_are_to_be_there" {
  command = plan

  variables {
    lambda_package = { s3_bucket = "code", s3_key_prefix = "traffic-mirror/1.0.0/" }
    vpc_config     = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
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
      module.arrivals["arrivals"].package == "s3://code/traffic-mirror/1.0.0/arrivals.zip" &&
      module.arrivals["arrivals"].subnet_ids == toset(["subnet-0123456789abcdef0"])
    )
    error_message = "An organization's rules for code and networks hold for this function as well."
  }

  assert {
    condition     = jsonencode(local.subnet_lists) == jsonencode({ "vpc_config.subnet_ids[%d]" = ["subnet-0123456789abcdef0"] })
    error_message = "Lambda would refuse it at apply: ${jsonencode(local.subnet_lists)}"
  }
}

run "without_a_function_no_subnet_is_asked_for" {
  command = plan

  variables {
    arrivals   = null
    vpc_config = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
  }

  assert {
    condition     = length(local.subnet_lists) == 0
    error_message = "Nothing may be read: ${jsonencode(local.subnet_lists)}"
  }
}

run "a_schedule_slower_than_five_minutes_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    arrivals = { schedule_minutes = 10 }
  }

  expect_failures = [var.arrivals]
}

run "a_group_of_no_sessions_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    arrivals = { group_minimum = 0 }
  }

  expect_failures = [var.arrivals]
}

mock_provider "aws" {
  mock_data "aws_vpcs" {
    defaults = { ids = ["vpc-00000000000000001"] }
  }

  mock_data "aws_subnets" {
    defaults = { ids = ["subnet-00000000000000001", "subnet-00000000000000002"] }
  }
}

variables {
  account_id = "111122223333"
  region     = "eu-west-1"
}

run "what_is_there_is_handed_on" {
  command = plan

  variables {
    vpcs    = { "vpc_id" = "vpc-00000000000000001" }
    subnets = { "subnets[\"a\"]" = "subnet-00000000000000001", "subnets[\"b\"]" = "subnet-00000000000000002" }
  }

  assert {
    condition     = output.vpcs == var.vpcs && output.subnets == var.subnets
    error_message = "The outputs must be the inputs."
  }

  assert {
    condition     = one(one(data.aws_subnets.this).filter).values == toset(values(var.subnets))
    error_message = "One list must be asked for all subnets."
  }
}

run "nothing_is_read_where_nothing_is_named" {
  command = plan

  assert {
    condition     = length(data.aws_vpcs.this) == 0 && length(data.aws_subnets.this) == 0
    error_message = "A filter without a value would be refused."
  }
}

run "a_subnet_that_is_missing_is_refused" {
  command = plan

  variables {
    subnets = { "subnets[\"a\"]" = "subnet-00000000000000001", "subnets[\"b\"]" = "subnet-0000000000000dead" }
  }

  expect_failures = [output.subnets]
}

run "a_vpc_that_is_missing_is_refused" {
  command = plan

  variables {
    vpcs = { "vpc_id" = "vpc-0000000000000dead" }
  }

  expect_failures = [output.vpcs]
}

run "more_subnets_than_a_filter_takes_are_read_in_lists" {
  command = plan

  variables {
    subnets = { for index in range(201) : "subnets[\"${index}\"]" => format("subnet-%017x", index) }
  }

  assert {
    condition     = [for list in data.aws_subnets.this : length(one(list.filter).values)] == [200, 1]
    error_message = "A filter takes 200 values."
  }

  # All but two.
  expect_failures = [output.subnets]
}

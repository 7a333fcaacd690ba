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
    condition     = length(data.aws_vpcs.this) + length(data.aws_subnets.this) + length(data.aws_subnets.listed) == 0
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

run "lists_of_what_is_there_are_taken" {
  command = plan

  variables {
    subnet_lists = {
      "exclude.subnet_ids[%d]"    = ["subnet-00000000000000001", "subnet-00000000000000002"]
      "vpc_config.subnet_ids[%d]" = []
    }
  }

  assert {
    condition = (
      one(data.aws_subnets.listed["exclude.subnet_ids[%d]"].filter).values == toset(var.subnet_lists["exclude.subnet_ids[%d]"]) &&
      one(data.aws_subnets.listed["vpc_config.subnet_ids[%d]"].filter).values == toset(["none"])
    )
    error_message = "A list must be asked for by its ids, an empty one by what no subnet has."
  }
}

run "a_subnet_that_is_missing_in_a_list_is_refused_by_its_place" {
  command = plan

  variables {
    subnet_lists = { "exclude.subnet_ids[%d]" = ["subnet-00000000000000001", "subnet-0000000000000dead"] }
  }

  assert {
    condition     = local.subnets_missing == ["exclude.subnet_ids[1] (subnet-0000000000000dead)"]
    error_message = "The sentence must name the place in the list."
  }

  expect_failures = [output.subnets]
}

run "of_a_longer_list_every_subnet_is_read" {
  command = plan

  variables {
    subnet_lists = { "exclude.subnet_ids[%d]" = [for index in range(201) : format("subnet-%017x", index)] }
  }

  assert {
    condition     = length(data.aws_subnets.listed["exclude.subnet_ids[%d]"].filter) == 0
    error_message = "A filter takes 200 values."
  }

  # All but two.
  expect_failures = [output.subnets]
}

# Nodes without a way out never become healthy: the plan says so, and does not where there is one.

mock_provider "aws" {
  source = "./tests/mocks"
}

override_data {
  target = data.aws_route_tables.subnet["one"]
  values = { ids = ["rtb-private"] }
}

override_data {
  target = data.aws_route_tables.subnet["two"]
  values = { ids = [] }
}

override_data {
  target = data.aws_route_tables.vpc["main"]
  values = { ids = ["rtb-main"] }
}

override_data {
  target = data.aws_route_tables.vpc["default_route"]
  values = { ids = ["rtb-private", "rtb-main"] }
}

override_data {
  target = data.aws_route_tables.vpc["internet_gateway"]
  values = { ids = [] }
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

run "a_default_route_in_every_table_is_a_way_out" {
  command = plan

  assert {
    condition     = length(local.subnets_without_egress) == 0
    error_message = "A table of the subnet's own and the VPC's main table must both count."
  }
}

run "a_main_table_without_a_default_route_is_reported" {
  command = plan

  override_data {
    target = data.aws_route_tables.vpc["default_route"]
    values = { ids = ["rtb-private"] }
  }

  expect_failures = [check.egress]

  assert {
    condition     = tolist(local.subnets_without_egress) == tolist(["two"])
    error_message = "The subnet without a table of its own has the main one's routes, and it alone must be named."
  }
}

run "an_internet_gateway_is_no_way_out_without_a_public_address" {
  command = plan

  override_data {
    target = data.aws_route_tables.vpc["internet_gateway"]
    values = { ids = ["rtb-private"] }
  }

  expect_failures = [check.egress]

  assert {
    condition     = tolist(local.subnets_without_egress) == tolist(["one"])
    error_message = "A default route to an internet gateway must not count."
  }
}

run "interface_endpoints_do_not_serve_an_image_that_installs_packages" {
  command = plan

  override_data {
    target = data.aws_route_tables.vpc["default_route"]
    values = { ids = [] }
  }

  override_data {
    target = data.aws_network_interfaces.endpoints
    values = { ids = ["eni-0123456789abcdef0"] }
  }

  expect_failures = [check.egress]
}

run "interface_endpoints_serve_an_image_that_has_the_packages" {
  command = plan

  variables {
    capture  = { packages = "present" }
    image_id = "ami-0123456789abcdef0"
  }

  override_data {
    target = data.aws_route_tables.vpc["default_route"]
    values = { ids = [] }
  }

  override_data {
    target = data.aws_network_interfaces.endpoints
    values = { ids = ["eni-0123456789abcdef0"] }
  }

  assert {
    condition     = length(local.subnets_without_egress) == 0
    error_message = "With packages in the image, interface endpoints are enough."
  }
}

run "an_image_with_packages_and_neither_route_nor_endpoint_is_reported" {
  command = plan

  variables {
    capture  = { packages = "present" }
    image_id = "ami-0123456789abcdef0"
  }

  override_data {
    target = data.aws_route_tables.vpc["default_route"]
    values = { ids = [] }
  }

  expect_failures = [check.egress]
}

run "nothing_is_said_where_no_table_is_shown" {
  command = plan

  override_data {
    target = data.aws_route_tables.subnet["one"]
    values = { ids = [] }
  }

  override_data {
    target = data.aws_route_tables.vpc["main"]
    values = { ids = [] }
  }

  assert {
    condition     = length(local.subnets_without_egress) == 0
    error_message = "An account that a VPC is shared with may not see its tables; that is no reason to warn."
  }
}

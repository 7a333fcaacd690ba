# A Gateway Load Balancer keeps its subnets: taking one out is refused before anything is changed.

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

override_data {
  target = data.aws_network_interfaces.load_balancer["all"]
  values = { ids = ["eni-one", "eni-two"] }
}

override_data {
  target = data.aws_network_interfaces.load_balancer["kept"]
  values = { ids = ["eni-one", "eni-two"] }
}

variables {
  name    = "capture"
  vpc_id  = "vpc-0123456789abcdef0"
  subnets = { one = "subnet-00000000000000001" }
}

run "a_load_balancer_within_the_subnets_is_planned" {
  command = plan

  assert {
    condition     = length(local.interfaces_left_out) == 0
    error_message = "Every interface is in a subnet that is kept."
  }
}

run "a_subnet_that_the_load_balancer_is_in_cannot_be_left_out" {
  command = plan

  override_data {
    target = data.aws_network_interfaces.load_balancer["kept"]
    values = { ids = ["eni-one"] }
  }

  expect_failures = [aws_lb.this]
}

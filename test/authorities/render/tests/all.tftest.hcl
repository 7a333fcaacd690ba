mock_provider "aws" {
  source = "./mocks"
}

run "modules" {}

# The only example with policies of its own.
run "hub" {
  module {
    source = "../../../examples/hub"
  }

  # The other one is in the first zone, as all subnets of the mocks are.
  override_data {
    target = module.capture_fleet.data.aws_subnet.this["eu-west-1b"]
    values = {
      vpc_id               = "vpc-0123456789abcdef0"
      cidr_block           = "10.0.2.0/24"
      availability_zone    = "eu-west-1b"
      availability_zone_id = "euw1-az2"
    }
  }

  variables {
    availability_zones = ["eu-west-1a", "eu-west-1b"]
    egress             = "nat"
    clients            = { shop = { account_id = "444455556666" } }
    siem               = { principal_arn = "arn:aws:iam::777788889999:role/siem", external_id = "agreed" }
  }
}

# Wrong inputs fail at plan, with a sentence.

mock_provider "aws" {
  mock_data "aws_subnets" {
    defaults = {
      ids = [
        "subnet-0000000000000000a",
        "subnet-0000000000000000b",
        "subnet-0000000000000000c",
        "subnet-0000000000000000d",
        "subnet-0000000000000000e",
        "subnet-000000000000000bb",
      ]
    }
  }

  mock_data "aws_region" {
    defaults = {
      id = "eu-west-1"
    }
  }
}

override_data {
  target = data.aws_subnet.this["prod/a"]
  values = {
    vpc_id               = "vpc-00000000000000001"
    availability_zone    = "eu-west-1a"
    availability_zone_id = "euw1-az1"
    ipv6_native          = false
  }
}

override_data {
  target = data.aws_subnet.this["prod/same"]
  values = {
    vpc_id            = "vpc-00000000000000001"
    availability_zone = "eu-west-1a"
    ipv6_native       = false
  }
}

override_data {
  target = data.aws_subnet.this["prod/other"]
  values = {
    vpc_id            = "vpc-00000000000000002"
    availability_zone = "eu-west-1b"
    ipv6_native       = false
  }
}

override_data {
  target = data.aws_subnet.this["prod/native"]
  values = {
    vpc_id            = "vpc-00000000000000001"
    availability_zone = "eu-west-1c"
    ipv6_native       = true
  }
}

override_data {
  target = data.aws_subnet.this["test/a"]
  values = {
    vpc_id            = "vpc-00000000000000002"
    availability_zone = "eu-west-1a"
    ipv6_native       = false
  }
}

variables {
  name                  = "mirror"
  endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
  vpcs = {
    prod = { vpc_id = "vpc-00000000000000001", subnets = { a = "subnet-0000000000000000a" } }
  }
}

run "an_empty_name_is_refused" {
  command = plan

  variables {
    name = ""
  }

  expect_failures = [var.name]
}

run "a_name_with_other_characters_is_refused" {
  command = plan

  variables {
    name = "mirror_prod"
  }

  expect_failures = [var.name]
}

run "a_name_too_long_for_what_is_made_from_it_is_refused" {
  command = plan

  variables {
    name = "abcdefghijklmnopqrstuvwxyzabcdefghijklm"
  }

  expect_failures = [var.name]
}

run "something_other_than_an_endpoint_service_is_refused" {
  command = plan

  variables {
    endpoint_service_name = "com.amazonaws.eu-west-1.s3"
  }

  expect_failures = [var.endpoint_service_name]
}

run "a_service_of_another_region_is_refused" {
  command = plan

  variables {
    endpoint_service_name = "com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0"
  }

  expect_failures = [aws_vpc_endpoint.this["prod/a"]]
}

run "a_key_with_a_slash_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      "prod/eu" = { vpc_id = "vpc-00000000000000001", subnets = { a = "subnet-0000000000000000a" } }
    }
  }

  expect_failures = [var.vpcs]
}

run "a_subnet_key_with_a_slash_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = { vpc_id = "vpc-00000000000000001", subnets = { "a/1" = "subnet-0000000000000000a" } }
    }
  }

  expect_failures = [var.vpcs]
}

run "something_other_than_a_vpc_id_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = { vpc_id = "prod", subnets = { a = "subnet-0000000000000000a" } }
    }
  }

  expect_failures = [var.vpcs]
}

run "one_vpc_under_two_keys_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod  = { vpc_id = "vpc-00000000000000001", subnets = { a = "subnet-0000000000000000a" } }
      again = { vpc_id = "vpc-00000000000000001", subnets = { b = "subnet-0000000000000000b" } }
    }
  }

  expect_failures = [var.vpcs]
}

run "a_vpc_without_subnets_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = { vpc_id = "vpc-00000000000000001", subnets = {} }
    }
  }

  expect_failures = [var.vpcs]
}

run "something_other_than_a_subnet_id_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = { vpc_id = "vpc-00000000000000001", subnets = { a = "10.0.0.0/24" } }
    }
  }

  expect_failures = [var.vpcs]
}

run "two_subnets_of_one_zone_are_refused" {
  command = plan

  variables {
    vpcs = {
      prod = { vpc_id = "vpc-00000000000000001", subnets = { a = "subnet-0000000000000000a", same = "subnet-0000000000000000d" } }
    }
  }

  expect_failures = [aws_vpc_endpoint.this["prod/a"], aws_vpc_endpoint.this["prod/same"]]
}

run "a_subnet_in_a_zone_that_the_fleet_does_not_serve_is_refused" {
  command = plan

  variables {
    availability_zones = { b = { name = "eu-west-1a", id = "euw1-az2" } }
  }

  # The name is the fleet's as well, in its own account: the id decides.
  expect_failures = [aws_vpc_endpoint.this["prod/a"]]
}

run "a_subnet_in_a_zone_that_the_fleet_serves_is_taken" {
  command = plan

  variables {
    availability_zones = { b = { name = "eu-west-1c", id = "euw1-az1" } }
  }

  assert {
    condition     = keys(aws_vpc_endpoint.this) == ["prod/a"]
    error_message = "The id of the zone must decide, not its name."
  }
}

run "a_subnet_of_another_vpc_is_refused" {
  command = plan

  variables {
    vpcs = {
      prod = { vpc_id = "vpc-00000000000000001", subnets = { other = "subnet-0000000000000000c" } }
    }
  }

  expect_failures = [aws_vpc_endpoint.this["prod/other"]]
}

run "a_subnet_without_ipv4_is_refused" {
  command = plan

  variables {
    vpcs = {
      prod = { vpc_id = "vpc-00000000000000001", subnets = { native = "subnet-0000000000000000e" } }
    }
  }

  expect_failures = [aws_vpc_endpoint.this["prod/native"]]
}

run "a_vni_of_zero_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = { vpc_id = "vpc-00000000000000001", subnets = { a = "subnet-0000000000000000a" }, vni = 0 }
    }
  }

  expect_failures = [var.vpcs]
}

run "a_vni_above_24_bits_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = { vpc_id = "vpc-00000000000000001", subnets = { a = "subnet-0000000000000000a" }, vni = 16777216 }
    }
  }

  expect_failures = [var.vpcs]
}

run "one_vni_for_two_vpcs_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    vpcs = {
      prod = { vpc_id = "vpc-00000000000000001", subnets = { a = "subnet-0000000000000000a" }, vni = 7 }
      test = { vpc_id = "vpc-00000000000000002", subnets = { a = "subnet-0000000000000000c" }, vni = 7 }
    }
  }

  expect_failures = [var.vpcs]
}

run "a_filter_without_rules_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {}
  }

  expect_failures = [var.filter]
}

run "more_than_ten_rules_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [for number in range(1, 7) : { rule_number = number, source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" }]
      egress  = [for number in range(1, 6) : { rule_number = number, source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" }]
    }
  }

  expect_failures = [var.filter]
}

run "a_rule_number_of_zero_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{ rule_number = 0, source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" }]
    }
  }

  expect_failures = [var.filter]
}

run "a_rule_number_above_32766_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{ rule_number = 32767, source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" }]
    }
  }

  expect_failures = [var.filter]
}

run "one_rule_number_twice_in_a_direction_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [
        { rule_number = 1, source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" },
        { rule_number = 1, rule_action = "reject", source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" },
      ]
    }
  }

  expect_failures = [var.filter]
}

run "an_unknown_action_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{ rule_number = 1, rule_action = "drop", source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" }]
    }
  }

  expect_failures = [var.filter]
}

run "a_protocol_above_255_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{ rule_number = 1, protocol = 256, source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" }]
    }
  }

  expect_failures = [var.filter]
}

run "something_other_than_a_cidr_block_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{ rule_number = 1, source_cidr_block = "any", destination_cidr_block = "10.0.0.0/8" }]
    }
  }

  expect_failures = [var.filter]
}

run "a_cidr_block_with_host_bits_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{ rule_number = 1, source_cidr_block = "10.0.0.1/8", destination_cidr_block = "10.0.0.0/8" }]
    }
  }

  expect_failures = [var.filter]
}

run "cidr_blocks_of_two_families_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{ rule_number = 1, source_cidr_block = "::/0", destination_cidr_block = "10.0.0.0/8" }]
    }
  }

  expect_failures = [var.filter]
}

run "ports_of_a_protocol_without_ports_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{
        rule_number            = 1
        protocol               = 1
        destination_port_range = { from_port = 1, to_port = 2 }
        source_cidr_block      = "10.0.0.0/8"
        destination_cidr_block = "10.0.0.0/8"
      }]
    }
  }

  expect_failures = [var.filter]
}

run "ports_without_a_protocol_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{
        rule_number            = 1
        source_port_range      = { from_port = 1, to_port = 2 }
        source_cidr_block      = "10.0.0.0/8"
        destination_cidr_block = "10.0.0.0/8"
      }]
    }
  }

  expect_failures = [var.filter]
}

run "a_port_range_backwards_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress = [{
        rule_number            = 1
        protocol               = 6
        destination_port_range = { from_port = 2, to_port = 1 }
        source_cidr_block      = "10.0.0.0/8"
        destination_cidr_block = "10.0.0.0/8"
      }]
    }
  }

  expect_failures = [var.filter]
}

run "an_unknown_network_service_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    filter = {
      ingress          = [{ rule_number = 1, source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" }]
      network_services = ["ntp"]
    }
  }

  expect_failures = [var.filter]
}

run "a_tag_of_aws_is_refused" {
  command = plan

  variables {
    tags = { "aws:cost" = "1" }
  }

  expect_failures = [var.tags]
}

run "a_tag_of_this_product_is_refused" {
  command = plan

  variables {
    tags = { "traffic-mirror:zone" = "eu-west-1c" }
  }

  expect_failures = [var.tags]
}

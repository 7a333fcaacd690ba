mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

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
    vpc_id            = "vpc-00000000000000001"
    availability_zone = "eu-west-1a"
    ipv6_native       = false
  }
}

override_data {
  target = data.aws_subnet.this["prod/b"]
  values = {
    vpc_id            = "vpc-00000000000000001"
    availability_zone = "eu-west-1b"
    ipv6_native       = false
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
    prod = {
      vpc_id = "vpc-00000000000000001"
      subnets = {
        a = "subnet-0000000000000000a"
        b = "subnet-0000000000000000b"
      }
      vni = 100
    }
    test = {
      vpc_id  = "vpc-00000000000000002"
      subnets = { a = "subnet-0000000000000000c" }
    }
  }
}

run "every_subnet_gets_one_endpoint_under_the_callers_keys" {
  assert {
    condition     = keys(aws_vpc_endpoint.this) == ["prod/a", "prod/b", "test/a"]
    error_message = "There must be one endpoint per subnet, keyed <vpc key>/<subnet key>."
  }

  assert {
    condition = alltrue([
      for endpoint in aws_vpc_endpoint.this :
      endpoint.vpc_endpoint_type == "GatewayLoadBalancer" && endpoint.service_name == "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
    ])
    error_message = "The endpoints must lead to the capture fleet's service."
  }

  assert {
    condition = (
      aws_vpc_endpoint.this["prod/b"].vpc_id == "vpc-00000000000000001" &&
      aws_vpc_endpoint.this["prod/b"].subnet_ids == toset(["subnet-0000000000000000b"]) &&
      aws_vpc_endpoint.this["test/a"].vpc_id == "vpc-00000000000000002"
    )
    error_message = "An endpoint must be in its own VPC and subnet."
  }
}

run "every_endpoint_has_one_target_tagged_with_vpc_and_zone" {
  variables {
    tags = { Team = "security" }
  }

  assert {
    condition = (
      keys(aws_ec2_traffic_mirror_target.this) == ["prod/a", "prod/b", "test/a"] &&
      alltrue([for key, target in aws_ec2_traffic_mirror_target.this : target.gateway_load_balancer_endpoint_id == aws_vpc_endpoint.this[key].id])
    )
    error_message = "There must be one target per endpoint, of that endpoint."
  }

  assert {
    condition = aws_ec2_traffic_mirror_target.this["prod/b"].tags == tomap({
      Name                  = "mirror/prod/b"
      Team                  = "security"
      "traffic-mirror:vpc"  = "vpc-00000000000000001"
      "traffic-mirror:zone" = "eu-west-1b"
    })
    error_message = "A target must be tagged with its VPC's id and its zone's name, beside the caller's tags."
  }

  assert {
    condition = (
      aws_vpc_endpoint.this["test/a"].tags == tomap({ Name = "mirror/test/a", Team = "security" }) &&
      aws_ec2_traffic_mirror_filter.this["test"].tags == tomap({ Name = "mirror/test", Team = "security" })
    )
    error_message = "Endpoints and filters must have the caller's tags and a name."
  }
}

run "every_vpc_has_one_filter_that_mirrors_everything_and_amazons_dns" {
  assert {
    condition = (
      keys(aws_ec2_traffic_mirror_filter.this) == ["prod", "test"] &&
      alltrue([for filter in aws_ec2_traffic_mirror_filter.this : filter.network_services == toset(["amazon-dns"])])
    )
    error_message = "There must be one filter per VPC, with amazon-dns."
  }

  assert {
    condition = keys(aws_ec2_traffic_mirror_filter_rule.this) == [
      "prod/egress-100", "prod/egress-200", "prod/ingress-100", "prod/ingress-200",
      "test/egress-100", "test/egress-200", "test/ingress-100", "test/ingress-200",
    ]
    error_message = "Each filter must have a rule for each family in each direction."
  }

  assert {
    condition = alltrue([
      for key, rule in aws_ec2_traffic_mirror_filter_rule.this :
      rule.rule_action == "accept" && rule.protocol == null && length(rule.source_port_range) == 0 && length(rule.destination_port_range) == 0 &&
      rule.source_cidr_block == (endswith(key, "-100") ? "0.0.0.0/0" : "::/0") && rule.destination_cidr_block == rule.source_cidr_block &&
      rule.traffic_direction == (strcontains(key, "ingress") ? "ingress" : "egress")
    ])
    error_message = "The default rules must accept everything."
  }

  assert {
    condition     = aws_ec2_traffic_mirror_filter_rule.this["test/ingress-100"].traffic_mirror_filter_id == aws_ec2_traffic_mirror_filter.this["test"].id
    error_message = "A rule must be in the filter of its VPC."
  }
}

run "own_rules_take_the_place_of_the_default_in_every_vpc" {
  variables {
    filter = {
      ingress = [
        {
          rule_number            = 10
          rule_action            = "reject"
          protocol               = 6
          source_cidr_block      = "10.0.0.0/8"
          destination_cidr_block = "10.0.0.0/8"
          source_port_range      = { from_port = 1024, to_port = 65535 }
          destination_port_range = { from_port = 443, to_port = 443 }
          description            = "Replication"
        },
        { rule_number = 32766, source_cidr_block = "2001:db8::/32", destination_cidr_block = "::/0" },
      ]
      network_services = []
    }
  }

  assert {
    condition     = keys(aws_ec2_traffic_mirror_filter_rule.this) == ["prod/ingress-10", "prod/ingress-32766", "test/ingress-10", "test/ingress-32766"]
    error_message = "There must be the given rules and no other, keyed by direction and number."
  }

  assert {
    condition = (
      aws_ec2_traffic_mirror_filter_rule.this["prod/ingress-10"].rule_action == "reject" &&
      aws_ec2_traffic_mirror_filter_rule.this["prod/ingress-10"].protocol == 6 &&
      aws_ec2_traffic_mirror_filter_rule.this["prod/ingress-10"].description == "Replication"
    )
    error_message = "Action, protocol and description must be the given ones."
  }

  assert {
    condition = (
      one(aws_ec2_traffic_mirror_filter_rule.this["prod/ingress-10"].source_port_range).from_port == 1024 &&
      one(aws_ec2_traffic_mirror_filter_rule.this["prod/ingress-10"].source_port_range).to_port == 65535 &&
      one(aws_ec2_traffic_mirror_filter_rule.this["prod/ingress-10"].destination_port_range).from_port == 443 &&
      one(aws_ec2_traffic_mirror_filter_rule.this["prod/ingress-10"].destination_port_range).to_port == 443
    )
    error_message = "The port ranges must be the given ones."
  }

  assert {
    condition = (
      aws_ec2_traffic_mirror_filter_rule.this["prod/ingress-32766"].rule_action == "accept" &&
      length(aws_ec2_traffic_mirror_filter_rule.this["prod/ingress-32766"].source_port_range) == 0
    )
    error_message = "A rule accepts, on every port, unless it says otherwise."
  }

  assert {
    condition     = alltrue([for filter in aws_ec2_traffic_mirror_filter.this : length(filter.network_services) == 0])
    error_message = "Amazon's DNS must be left out when it is not among the network services."
  }
}

run "one_number_may_stand_in_both_directions_and_ten_rules_fit" {
  variables {
    filter = {
      ingress = [for number in range(1, 6) : { rule_number = number, source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" }]
      egress  = [for number in range(1, 6) : { rule_number = number, source_cidr_block = "10.0.0.0/8", destination_cidr_block = "10.0.0.0/8" }]
    }
  }

  assert {
    condition     = length([for key in keys(aws_ec2_traffic_mirror_filter_rule.this) : key if startswith(key, "prod/")]) == 10
    error_message = "Five rules in each direction must be ten."
  }
}

run "the_output_is_what_the_controller_takes" {
  assert {
    condition = (
      keys(output.vpcs) == ["prod", "test"] &&
      output.vpcs["prod"].vpc_id == "vpc-00000000000000001" &&
      output.vpcs["prod"].vni == 100 &&
      output.vpcs["test"].vni == null
    )
    error_message = "VPC and VNI must be given by the caller's keys."
  }

  assert {
    condition = (
      output.vpcs["prod"].filter_id == aws_ec2_traffic_mirror_filter.this["prod"].id &&
      output.vpcs["prod"].endpoint_service_name == "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
    )
    error_message = "The filter must be the VPC's own, and the service must be named."
  }

  assert {
    condition = (
      [for rule in output.vpcs["prod"].filter.ingress : rule.rule_number] == [100, 200] &&
      length(output.vpcs["prod"].filter.egress) == 2 && output.vpcs["prod"].filter.network_services == toset(["amazon-dns"])
    )
    error_message = "What the filter lets through must be given as it is made: ${jsonencode(output.vpcs["prod"].filter)}"
  }

  assert {
    condition = (
      keys(output.vpcs["prod"].targets) == ["a", "b"] &&
      output.vpcs["prod"].targets["b"].target_id == aws_ec2_traffic_mirror_target.this["prod/b"].id &&
      output.vpcs["prod"].targets["b"].availability_zone == "eu-west-1b"
    )
    error_message = "Targets must be given by the caller's keys, with id and zone."
  }
}

run "a_subnet_that_leaves_the_map_takes_its_own_target_only" {
  variables {
    vpcs = {
      prod = {
        vpc_id  = "vpc-00000000000000001"
        subnets = { b = "subnet-0000000000000000b" }
        vni     = 100
      }
      test = {
        vpc_id  = "vpc-00000000000000002"
        subnets = { a = "subnet-0000000000000000c" }
      }
    }
  }

  assert {
    condition = (
      aws_ec2_traffic_mirror_target.this["prod/b"].id == run.the_output_is_what_the_controller_takes.vpcs["prod"].targets["b"].target_id &&
      keys(aws_ec2_traffic_mirror_target.this) == ["prod/b", "test/a"]
    )
    error_message = "The other targets must stay as they are."
  }

  assert {
    condition     = aws_ec2_traffic_mirror_filter.this["prod"].id == run.the_output_is_what_the_controller_takes.vpcs["prod"].filter_id
    error_message = "The filter must stay as it is."
  }
}

run "another_subnet_under_the_same_key_becomes_another_endpoint_of_the_target" {
  variables {
    vpcs = {
      prod = {
        vpc_id  = "vpc-00000000000000001"
        subnets = { b = "subnet-000000000000000bb" }
        vni     = 100
      }
    }
  }

  # Only what is created gets this id, and a mocked provider replaces nothing by itself: the module does. The target
  # follows in the real provider, where another endpoint is another target.
  override_resource {
    target = aws_vpc_endpoint.this["prod/b"]
    values = {
      id = "vpce-00000000000000bb"
    }
  }

  assert {
    condition = (
      aws_vpc_endpoint.this["prod/b"].id == "vpce-00000000000000bb" &&
      aws_ec2_traffic_mirror_target.this["prod/b"].gateway_load_balancer_endpoint_id == aws_vpc_endpoint.this["prod/b"].id
    )
    error_message = "AWS cannot move an endpoint, so there must be a new one, and the target must be of it."
  }
}

run "no_vpcs_make_nothing" {
  variables {
    vpcs = {}
  }

  assert {
    condition = (
      length(aws_vpc_endpoint.this) + length(aws_ec2_traffic_mirror_target.this) == 0 &&
      length(aws_ec2_traffic_mirror_filter.this) + length(aws_ec2_traffic_mirror_filter_rule.this) == 0 &&
      output.vpcs == {}
    )
    error_message = "An empty map must make nothing."
  }
}

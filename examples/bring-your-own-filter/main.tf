# Filters that are yours: a default for every source, given as rules, and one for the databases, made here and named by
# its id. A filter may as well come from another state: only its id counts.

provider "aws" {
  region = var.region
}

module "capture_network" {
  source = "../network"

  name       = "${var.name}-capture"
  cidr_block = "10.64.0.0/20"
  egress     = "nat" # for the stock image, which installs packages at each launch
  tags       = var.tags
}

module "source_network" {
  source = "../network"

  name       = "${var.name}-source"
  cidr_block = "10.65.0.0/20"
  tags       = var.tags
}

# Of a database only the conversations with its clients, without its backups and replication.
resource "aws_ec2_traffic_mirror_filter" "database" {
  description      = "${var.name}: PostgreSQL"
  network_services = ["amazon-dns"]
  tags             = merge(var.tags, { Name = "${var.name}-database" })

  lifecycle {
    # The new one comes first, so that sessions move to it before the old one goes.
    create_before_destroy = true
  }
}

locals {
  # The filter's id as its rules know it: whoever uses it waits for all of them, since a filter without rules mirrors
  # nothing. (With depends_on, every change of a rule would leave much of the module unknown at plan.)
  database_filter_id = values(aws_ec2_traffic_mirror_filter_rule.database)[0].traffic_mirror_filter_id

  # A direction is as the source sees it: the server's port is the destination of what comes in.
  database_rules = {
    ingress = { source_port = null, destination_port = 5432 }
    egress  = { source_port = 5432, destination_port = null }
  }
}

resource "aws_ec2_traffic_mirror_filter_rule" "database" {
  for_each = local.database_rules

  traffic_mirror_filter_id = aws_ec2_traffic_mirror_filter.database.id
  description              = "PostgreSQL, ${each.key}"
  traffic_direction        = each.key
  rule_number              = 100
  rule_action              = "accept"
  protocol                 = 6
  source_cidr_block        = "0.0.0.0/0"
  destination_cidr_block   = "0.0.0.0/0"

  dynamic "source_port_range" {
    for_each = each.value.source_port[*]

    content {
      from_port = source_port_range.value
      to_port   = source_port_range.value
    }
  }

  dynamic "destination_port_range" {
    for_each = each.value.destination_port[*]

    content {
      from_port = destination_port_range.value
      to_port   = destination_port_range.value
    }
  }
}

module "traffic_mirroring" {
  source = "../../"

  name            = var.name
  capture_vpc_id  = module.capture_network.vpc_id
  capture_subnets = module.capture_network.subnets

  vpcs = {
    source = {
      vpc_id  = module.source_network.vpc_id
      subnets = module.source_network.subnets
      vni     = 100
    }
  }

  # For every source that names no filter: no traffic of port 443, whose content nobody can read.
  filter = {
    ingress = [
      {
        rule_number            = 10
        rule_action            = "reject"
        protocol               = 6
        source_cidr_block      = "0.0.0.0/0"
        destination_cidr_block = "0.0.0.0/0"
        destination_port_range = { from_port = 443, to_port = 443 }
      },
      { rule_number = 20, source_cidr_block = "0.0.0.0/0", destination_cidr_block = "0.0.0.0/0" },
    ]
    egress = [
      {
        rule_number            = 10
        rule_action            = "reject"
        protocol               = 6
        source_cidr_block      = "0.0.0.0/0"
        destination_cidr_block = "0.0.0.0/0"
        source_port_range      = { from_port = 443, to_port = 443 }
      },
      { rule_number = 20, source_cidr_block = "0.0.0.0/0", destination_cidr_block = "0.0.0.0/0" },
    ]
  }

  # The first entry that fits decides. Headers are enough of the databases: 128 bytes of each packet.
  sources = {
    tags = [
      { name = "databases", tags = { Role = "database" }, filter_id = local.database_filter_id, packet_length = 128 },
      { name = "rest", tags = { Mirror = "true" } },
    ]
  }

  capture_instance_types       = ["t3.small"]
  capture_min_size             = 1
  capture_max_size             = 2
  capture_bucket_force_destroy = true
  tags                         = var.tags
}

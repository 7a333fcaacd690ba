locals {
  default_rules = [
    {
      rule_number            = 100
      rule_action            = "accept"
      protocol               = null
      source_cidr_block      = "0.0.0.0/0"
      destination_cidr_block = "0.0.0.0/0"
      source_port_range      = null
      destination_port_range = null
      description            = "All IPv4"
    },
    {
      rule_number            = 200
      rule_action            = "accept"
      protocol               = null
      source_cidr_block      = "::/0"
      destination_cidr_block = "::/0"
      source_port_range      = null
      destination_port_range = null
      description            = "All IPv6"
    },
  ]

  rules = {
    ingress = module.inputs.filter == null ? local.default_rules : module.inputs.filter.ingress
    egress  = module.inputs.filter == null ? local.default_rules : module.inputs.filter.egress
  }

  network_services = module.inputs.filter == null ? toset(["amazon-dns"]) : coalesce(module.inputs.filter.network_services, toset([]))

  # <vpc key>/<direction>-<number>: a rule is its number. Another number is another rule, anything else about it is
  # changed in place.
  filter_rules = merge(flatten([
    for vpc_key in keys(module.inputs.vpcs) : [
      for direction, rules in local.rules : {
        for rule in rules : "${vpc_key}/${direction}-${rule.rule_number}" => merge(rule, {
          vpc_key   = vpc_key
          direction = direction
        })
      }
    ]
  ])...)
}

resource "aws_ec2_traffic_mirror_filter" "this" {
  for_each = module.inputs.vpcs

  description      = "${var.name}/${each.key}"
  network_services = local.network_services

  tags = merge(var.tags, { Name = "${var.name}/${each.key}" })

  lifecycle {
    # As with targets: sessions move to the new one before the old one goes.
    create_before_destroy = true
  }
}

resource "aws_ec2_traffic_mirror_filter_rule" "this" {
  for_each = local.filter_rules

  traffic_mirror_filter_id = aws_ec2_traffic_mirror_filter.this[each.value.vpc_key].id
  traffic_direction        = each.value.direction
  rule_number              = each.value.rule_number
  rule_action              = each.value.rule_action
  protocol                 = each.value.protocol
  source_cidr_block        = each.value.source_cidr_block
  destination_cidr_block   = each.value.destination_cidr_block
  description              = each.value.description

  dynamic "source_port_range" {
    for_each = each.value.source_port_range[*]

    content {
      from_port = source_port_range.value.from_port
      to_port   = source_port_range.value.to_port
    }
  }

  dynamic "destination_port_range" {
    for_each = each.value.destination_port_range[*]

    content {
      from_port = destination_port_range.value.from_port
      to_port   = destination_port_range.value.to_port
    }
  }

  lifecycle {
    # A new filter has its rules before sessions move to it, and the old one keeps its own until they have.
    create_before_destroy = true
  }
}

locals {
  # What the controller compares the filter with: it has no use for descriptions, and refuses keys that it does not know.
  declared_filter = merge({ network_services = local.network_services }, {
    for direction, rules in local.rules : direction => [
      for rule in rules : { for key, value in rule : key => value if key != "description" }
    ]
  })
}

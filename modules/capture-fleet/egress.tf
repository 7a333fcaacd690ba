# Nodes have no public address. Without a way out they can neither fetch what they run nor complete their lifecycle hook,
# and Auto Scaling replaces them for ever after an apply that looked well. Only lists are read: where EC2 shows nothing,
# as to an account that a VPC is shared with, they are empty, and nothing is said.

locals {
  # The subnets', so that what is read here is read after whatever the caller makes before the subnets are handed over.
  egress_vpc_id = values(data.aws_subnet.this)[0].vpc_id

  # Filters of DescribeRouteTables (Amazon EC2 API Reference).
  route_table_filters = {
    main             = { name = "association.main", value = "true" }
    default_route    = { name = "route.destination-cidr-block", value = "0.0.0.0/0" }
    internet_gateway = { name = "route.gateway-id", value = "igw-*" }
  }

  # A subnet without a table of its own has the VPC's main one (Amazon VPC User Guide, "Subnet route tables").
  egress_route_tables = {
    for key, tables in data.aws_route_tables.subnet :
    key => length(tables.ids) > 0 ? tables.ids : data.aws_route_tables.vpc["main"].ids
  }
  # An internet gateway serves public addresses only.
  route_tables_out = setsubtract(
    data.aws_route_tables.vpc["default_route"].ids,
    data.aws_route_tables.vpc["internet_gateway"].ids,
  )

  # Packages come from the internet; what an image with packages needs can come by interface endpoints.
  endpoints_serve = module.inputs.capture.packages == "present" && length(data.aws_network_interfaces.endpoints.ids) > 0
  subnets_without_egress = local.endpoints_serve ? [] : [
    for key, tables in local.egress_route_tables : key
    if length(tables) > 0 && length(setintersection(tables, local.route_tables_out)) == 0
  ]
}

data "aws_route_tables" "subnet" {
  for_each = data.aws_subnet.this

  filter {
    name   = "association.subnet-id"
    values = [each.value.id]
  }
}

data "aws_route_tables" "vpc" {
  for_each = local.route_table_filters

  vpc_id = local.egress_vpc_id

  filter {
    name   = each.value.name
    values = [each.value.value]
  }
}

data "aws_network_interfaces" "endpoints" {
  filter {
    name   = "vpc-id"
    values = [local.egress_vpc_id]
  }

  filter {
    name   = "interface-type"
    values = ["vpc_endpoint"]
  }
}

check "egress" {
  assert {
    condition     = length(local.subnets_without_egress) == 0
    error_message = <<-EOT
      Nodes in these entries of subnets cannot become healthy, because their route table has no default
      route (0.0.0.0/0) to a NAT or transit gateway: ${join(", ", local.subnets_without_egress)}. Add one, or, with
      capture.packages = "present" and an image_id that has the packages, interface endpoints for autoscaling and
      monitoring in the VPC.
    EOT
  }
}

# The way from instances without a public address to AWS: one NAT gateway, or interface endpoints. A fleet for production
# has a NAT gateway in each zone: examples/hub.

locals {
  # What a capture node asks for besides S3: Auto Scaling (it completes its lifecycle hook) and CloudWatch (figures), and
  # Session Manager for a shell.
  endpoint_services = var.egress == "endpoints" ? ["autoscaling", "monitoring", "ssm", "ssmmessages"] : []

  nat = var.egress == "nat" ? { this = local.zone_ids[0] } : {}
}

resource "aws_internet_gateway" "this" {
  for_each = local.nat

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = var.name })
}

resource "aws_subnet" "public" {
  for_each = local.nat

  vpc_id               = aws_vpc.this.id
  availability_zone_id = each.value
  cidr_block           = cidrsubnet(var.cidr_block, 4, 15)
  tags                 = merge(var.tags, { Name = "${var.name}-public" })
}

resource "aws_route_table" "public" {
  for_each = local.nat

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${var.name}-public" })
}

resource "aws_route" "public" {
  for_each = local.nat

  route_table_id         = aws_route_table.public[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[each.key].id
}

resource "aws_route_table_association" "public" {
  for_each = local.nat

  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public[each.key].id
}

resource "aws_eip" "nat" {
  for_each = local.nat

  domain = "vpc"
  tags   = merge(var.tags, { Name = "${var.name}-nat" })
}

resource "aws_nat_gateway" "this" {
  for_each = local.nat

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id
  tags          = merge(var.tags, { Name = var.name })

  depends_on = [aws_route.public, aws_route_table_association.public]
}

resource "aws_route" "nat" {
  for_each = local.nat

  route_table_id         = aws_route_table.this.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[each.key].id
}

resource "aws_security_group" "endpoints" {
  count = length(local.endpoint_services) > 0 ? 1 : 0

  name        = "${var.name}-endpoints"
  description = "Interface endpoints: HTTPS from the VPC"
  vpc_id      = aws_vpc.this.id
  tags        = merge(var.tags, { Name = "${var.name}-endpoints" })
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  count = length(aws_security_group.endpoints)

  security_group_id = aws_security_group.endpoints[0].id
  description       = "HTTPS from the VPC"
  cidr_ipv4         = var.cidr_block
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  tags              = var.tags
}

resource "aws_vpc_endpoint" "interface" {
  for_each = toset(local.endpoint_services)

  vpc_id              = aws_vpc.this.id
  service_name        = "com.amazonaws.${data.aws_region.current.id}.${each.key}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = [for subnet in aws_subnet.this : subnet.id]
  security_group_ids  = [aws_security_group.endpoints[0].id]
  tags                = merge(var.tags, { Name = "${var.name}-${each.key}" })
}

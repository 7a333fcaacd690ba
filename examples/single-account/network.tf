resource "aws_vpc" "capture" {
  #checkov:skip=CKV2_AWS_11:Flow logs of an example would only cost; the VPC holds the capture fleet alone.
  cidr_block           = var.capture_cidr_block
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = "${var.name}-capture" })
}

resource "aws_subnet" "capture" {
  for_each = toset(local.capture_zones)

  vpc_id            = aws_vpc.capture.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.capture_cidr_block, 4, index(local.source_zones, each.key))
  tags              = merge(var.tags, { Name = "${var.name}-capture-${each.key}" })
}

# The way out: to S3 by its gateway endpoint, which costs nothing, and for the rest one NAT gateway. By it the stock
# image installs its packages and nodes reach CloudWatch, Auto Scaling and Session Manager. examples/hub does without.
resource "aws_route_table" "capture" {
  vpc_id = aws_vpc.capture.id
  tags   = merge(var.tags, { Name = "${var.name}-capture" })
}

resource "aws_route_table_association" "capture" {
  for_each = aws_subnet.capture

  subnet_id      = each.value.id
  route_table_id = aws_route_table.capture.id

  # The fleet is given the association's subnet, so that its first nodes have their way out.
  depends_on = [aws_route.capture_nat, aws_vpc_endpoint.s3]
}

resource "aws_route" "capture_nat" {
  route_table_id         = aws_route_table.capture.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.capture.id
}

resource "aws_nat_gateway" "capture" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id
  tags          = merge(var.tags, { Name = "${var.name}-capture" })

  depends_on = [aws_route.public]
}

resource "aws_eip" "nat" {
  domain = "vpc"
  tags   = merge(var.tags, { Name = "${var.name}-nat" })
}

resource "aws_internet_gateway" "capture" {
  vpc_id = aws_vpc.capture.id
  tags   = merge(var.tags, { Name = "${var.name}-capture" })
}

resource "aws_subnet" "public" {
  vpc_id            = aws_vpc.capture.id
  availability_zone = local.capture_zones[0]
  cidr_block        = cidrsubnet(var.capture_cidr_block, 4, 15)
  tags              = merge(var.tags, { Name = "${var.name}-public" })
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.capture.id
  tags   = merge(var.tags, { Name = "${var.name}-public" })
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.capture.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.capture.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.capture.id]
  tags              = merge(var.tags, { Name = "${var.name}-s3" })
}

resource "aws_default_security_group" "capture" {
  vpc_id = aws_vpc.capture.id
  tags   = merge(var.tags, { Name = "${var.name}-capture-default" })
}

resource "aws_vpc" "source" {
  #checkov:skip=CKV2_AWS_11:Flow logs of an example would only cost; its traffic is mirrored.
  cidr_block           = var.source_cidr_block
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = "${var.name}-source" })
}

resource "aws_subnet" "source" {
  for_each = toset(local.source_zones)

  vpc_id            = aws_vpc.source.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.source_cidr_block, 4, index(local.source_zones, each.key))
  tags              = merge(var.tags, { Name = "${var.name}-source-${each.key}" })
}

resource "aws_default_security_group" "source" {
  vpc_id = aws_vpc.source.id
  tags   = merge(var.tags, { Name = "${var.name}-source-default" })
}

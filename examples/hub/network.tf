resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:What comes in is mirrored traffic, which flow logs would count once more at a price
  cidr_block           = var.cidr_block
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = var.name })
}

# Closed: whatever is made here without a group of its own can talk to nobody.
resource "aws_default_security_group" "this" {
  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${var.name}-default" })
}

resource "aws_subnet" "nodes" {
  for_each = toset(local.zones)

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = cidrsubnet(var.cidr_block, 4, index(local.zones, each.key))
  tags              = merge(var.tags, { Name = "${var.name}-nodes-${each.key}" })
}

resource "aws_route_table" "nodes" {
  for_each = aws_subnet.nodes

  vpc_id = aws_vpc.this.id
  tags   = merge(var.tags, { Name = "${var.name}-nodes-${each.key}" })
}

resource "aws_route_table_association" "nodes" {
  for_each = aws_subnet.nodes

  subnet_id      = each.value.id
  route_table_id = aws_route_table.nodes[each.key].id

  # The fleet is given the association's subnet, so that its first nodes have their way out.
  depends_on = [
    aws_route.nat,
    aws_vpc_endpoint.s3,
    aws_vpc_endpoint.interface,
    aws_vpc_security_group_ingress_rule.endpoints,
  ]
}

# Captures, programs, the agent of Session Manager and layers of images from Amazon ECR come and go this way. It costs
# nothing, so it is there with NAT as well.
resource "aws_vpc_endpoint" "s3" {
  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${var.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [for table in aws_route_table.nodes : table.id]
  policy            = data.aws_iam_policy_document.s3_endpoint.json
  tags              = merge(var.tags, { Name = "${var.name}-s3" })
}

# A node that was taken over can carry nothing into another bucket.
data "aws_iam_policy_document" "s3_endpoint" {
  statement {
    sid     = "OwnBuckets"
    actions = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = [
      for purpose in ["capture", "code"] : "arn:aws:s3:::${var.name}-${purpose}-${data.aws_caller_identity.this.account_id}-${var.region}/*"
    ]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }

  # Amazon ECR User Guide, "Minimum Amazon S3 bucket permissions for Amazon ECR"; Systems Manager User Guide, "SSM Agent
  # communications with AWS managed S3 buckets".
  statement {
    sid     = "WhatAwsPublishes"
    actions = ["s3:GetObject"]
    resources = [
      "arn:aws:s3:::prod-${var.region}-starport-layer-bucket/*",
      "arn:aws:s3:::amazon-ssm-${var.region}/*",
    ]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

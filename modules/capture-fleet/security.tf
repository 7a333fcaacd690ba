resource "aws_security_group" "this" {
  name_prefix = "${var.name}-node-"
  description = "Capture nodes: GENEVE and health checks from the load balancer, HTTPS and DNS out"
  vpc_id      = var.vpc_id

  tags = merge(local.tags, { Name = "${var.name}-node" })

  lifecycle {
    create_before_destroy = true
  }
}

# The load balancer's own interfaces are in these subnets, and both the traffic and the health checks come from their
# addresses: a Gateway Load Balancer has no security group to refer to.
resource "aws_vpc_security_group_ingress_rule" "geneve" {
  for_each = var.subnets

  security_group_id = aws_security_group.this.id
  description       = "GENEVE from the load balancer in subnet ${each.key}"
  cidr_ipv4         = data.aws_subnet.this[each.key].cidr_block
  ip_protocol       = "udp"
  from_port         = local.geneve_port
  to_port           = local.geneve_port

  tags = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "health" {
  for_each = var.subnets

  security_group_id = aws_security_group.this.id
  description       = "Health check from the load balancer in subnet ${each.key}"
  cidr_ipv4         = data.aws_subnet.this[each.key].cidr_block
  ip_protocol       = "tcp"
  from_port         = module.inputs.health_check.port
  to_port           = module.inputs.health_check.port

  tags = local.tags
}

# CloudWatch, Auto Scaling, S3, KMS, Session Manager, registry and package repository, all by HTTPS. The services'
# addresses change, so by default the address is not narrowed: the node role and the subnets' routes bound what a node
# can do. https_destinations narrows it where endpoints in the VPC serve the nodes.
resource "aws_vpc_security_group_egress_rule" "https" {
  for_each = toset(module.inputs.https_destinations.cidr_blocks)

  security_group_id = aws_security_group.this.id
  description       = "HTTPS to ${each.key}"
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = local.tags
}

moved {
  from = aws_vpc_security_group_egress_rule.https
  to   = aws_vpc_security_group_egress_rule.https["0.0.0.0/0"]
}

resource "aws_vpc_security_group_egress_rule" "https_prefix_list" {
  for_each = module.inputs.https_destinations.prefix_list_ids

  security_group_id = aws_security_group.this.id
  description       = "HTTPS to the prefix list ${each.key}"
  prefix_list_id    = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = local.tags
}

# For VPCs whose DHCP options name resolvers of their own. Amazon's resolver, time and metadata services are not
# filtered by security groups (Amazon VPC, "Security groups") and need no rule.
resource "aws_vpc_security_group_egress_rule" "dns" {
  for_each = toset(["tcp", "udp"])

  security_group_id = aws_security_group.this.id
  description       = "DNS by ${each.key} to resolvers in the VPC"
  cidr_ipv4         = data.aws_vpc.this.cidr_block
  ip_protocol       = each.key
  from_port         = 53
  to_port           = 53

  tags = local.tags
}

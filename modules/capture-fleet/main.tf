module "identity" {
  source = "../identity"
}

# What has the region or the account in a name that cannot be changed keeps the name it was made with, even where a plan
# does not know them (modules/identity); another name of the caller's makes it anew.
resource "terraform_data" "name" {
  input = var.name
}

module "existing" {
  source = "../existing"

  account_id   = local.account_id
  region       = local.region
  vpcs         = { vpc_id = var.vpc_id }
  subnets      = { for key, id in var.subnets : "subnets[\"${key}\"]" => id }
  subnet_lists = local.subnet_lists
}

locals {
  # Subnets that are to be there, where there is a function for them.
  subnet_lists = {
    for config in module.inputs.vpc_config[*] : "vpc_config.subnet_ids[%d]" => config.subnet_ids
    if length(local.endpoint_map) + length(local.arrivals) > 0
  }
}

data "aws_vpc" "this" {
  id = module.existing.vpcs["vpc_id"]
}

data "aws_subnet" "this" {
  for_each = var.subnets

  id = module.existing.subnets["subnets[\"${each.key}\"]"]
}

locals {
  region     = module.identity.region
  partition  = module.identity.partition
  dns_suffix = module.identity.dns_suffix
  account_id = module.identity.account_id
  arns       = module.identity.arns

  tags = merge(var.tags, { Name = var.name })

  # UDP port of GENEVE (RFC 8926). A Gateway Load Balancer knows no other.
  geneve_port = 6081

  # Where the nodes may write in the bucket: packets, and what says which object holds which time.
  capture_prefix = "captures/"
  index_prefix   = "index/"

  metrics_namespace = "TrafficMirror"
  service_name      = "traffic-mirror"
}

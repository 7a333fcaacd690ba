# All of one region. Everything about mirroring is regional: endpoints reach services of their own region only.

module "capture_network" {
  source = "../../network"

  name       = "${var.name}-capture"
  cidr_block = cidrsubnet(var.cidr_block, 4, 0)
  egress     = "nat" # for the stock image, which installs packages at each launch
  tags       = var.tags
}

module "source_network" {
  source = "../../network"

  name       = "${var.name}-source"
  cidr_block = cidrsubnet(var.cidr_block, 4, 1)
  tags       = var.tags
}

module "traffic_mirroring" {
  source = "../../../"

  name            = var.name
  capture_vpc_id  = module.capture_network.vpc_id
  capture_subnets = module.capture_network.subnets

  vpcs = {
    source = {
      vpc_id  = module.source_network.vpc_id
      subnets = module.source_network.subnets
      vni     = var.vni
    }
  }
  sources = { tags = [{ name = "marked", tags = { Mirror = "true" } }] }

  capture_instance_types       = ["t3.small"]
  capture_min_size             = 1
  capture_max_size             = 2
  capture_bucket_force_destroy = true
  tags                         = var.tags
}

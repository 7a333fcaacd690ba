# One account, two regions. A module configures no provider, so each region is a call with a provider of its own. Names
# may be the same: those of IAM, which is global, and of buckets carry the region.

provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "eu_central_1"
  region = "eu-central-1"
}

module "eu_west_1" {
  source = "./region"

  name       = var.name
  cidr_block = "10.64.0.0/16"
  vni        = 101
  tags       = var.tags
}

module "eu_central_1" {
  source = "./region"

  providers = {
    aws = aws.eu_central_1
  }

  name       = var.name
  cidr_block = "10.65.0.0/16"
  vni        = 102
  tags       = var.tags
}

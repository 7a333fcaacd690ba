# A hub for all accounts of an organization, or of some of its units. The register is read from AWS Organizations, so an
# account that joins may connect from the next apply on, and one that is closed may not. To be applied with credentials
# of the management account or of a delegated administrator, in the account of the hub.

provider "aws" {
  region = var.region
}

# Reads the organization; another account than the hub's as a rule.
provider "aws" {
  alias  = "organization"
  region = var.region

  dynamic "assume_role" {
    for_each = var.organization_role_arn[*]

    content {
      role_arn     = assume_role.value
      session_name = "traffic-mirror-hub"
    }
  }
}

data "aws_organizations_organization" "this" {
  provider = aws.organization
}

data "aws_organizations_organizational_unit_descendant_accounts" "this" {
  for_each = toset(var.organizational_unit_ids)
  provider = aws.organization

  parent_id = each.key
}

locals {
  accounts = length(var.organizational_unit_ids) == 0 ? data.aws_organizations_organization.this.accounts : flatten([
    for unit in data.aws_organizations_organizational_unit_descendant_accounts.this : unit.accounts
  ])

  # By account id: names of accounts change. Endpoint services know no organizations, so each account is listed.
  clients = {
    for account in local.accounts : account.id => { account_id = account.id, vnis = lookup(var.vnis, account.id, {}) }
    if account.status == "ACTIVE" && !contains(var.excluded_account_ids, account.id)
  }
}

module "network" {
  source = "../network"

  name       = "${var.name}-capture"
  cidr_block = "10.64.0.0/20"
  egress     = "nat" # for the stock image, which installs packages at each launch
  tags       = var.tags
}

module "capture_fleet" {
  source = "../../modules/capture-fleet"

  name    = var.name
  vpc_id  = module.network.vpc_id
  subnets = module.network.subnets
  clients = local.clients

  # The bus knows organizations; as a list, its policy would end at some 230 accounts.
  organization_id = data.aws_organizations_organization.this.id

  instance_types = var.instance_types
  max_size       = var.max_size
  tags           = var.tags
}

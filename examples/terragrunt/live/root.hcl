# What holds for every unit: where its state is, and as whom it is applied.

terragrunt_version_constraint = ">= 1.0"
# State locking by a lock file beside the state, without a table: Terraform 1.11.
terraform_version_constraint = ">= 1.11"

locals {
  account_id = read_terragrunt_config(find_in_parent_folders("account.hcl")).locals.account_id
  region     = read_terragrunt_config(find_in_parent_folders("region.hcl")).locals.region

  # Exists in every account and trusts the one that you, or your pipeline, come from.
  role_arn = "arn:aws:iam::${local.account_id}:role/traffic-mirroring-deploy"
}

# The state of an account stays in the account. `--backend-bootstrap` makes the bucket, versioned and encrypted.
remote_state {
  backend = "s3"

  generate = {
    path      = "backend.tf"
    if_exists = "overwrite"
  }

  config = {
    bucket       = "traffic-mirroring-state-${local.account_id}-${local.region}"
    key          = "${replace(path_relative_to_include(), ".terragrunt-stack/", "")}/terraform.tfstate"
    region       = local.region
    encrypt      = true
    use_lockfile = true

    assume_role = {
      role_arn     = local.role_arn
      session_name = "terragrunt"
    }
  }
}

# The modules configure none.
generate "provider" {
  path      = "provider.tf"
  if_exists = "overwrite"
  contents  = <<-EOT
    provider "aws" {
      region              = "${local.region}"
      allowed_account_ids = ["${local.account_id}"]

      assume_role {
        role_arn     = "${local.role_arn}"
        session_name = "terragrunt"
      }
    }
  EOT
}

inputs = {
  tags = { Project = "traffic-mirroring" }
}

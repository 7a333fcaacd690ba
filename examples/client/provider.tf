# In a file of its own, so that a tool that writes its own provider block can put it in this one's place: the
# Terragrunt repository beside this example does.

provider "aws" {
  region              = var.region
  allowed_account_ids = var.account_id[*]
}

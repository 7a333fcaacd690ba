locals {
  # Its entry in clients.hcl, which has the number too.
  client     = "shop"
  account_id = read_terragrunt_config(find_in_parent_folders("clients.hcl")).locals.clients[local.client].account_id
}

stack "client_account" {
  source = find_in_parent_folders("catalog/stacks/client-account")
  path   = "mirroring"

  values = {
    cidr_blocks = { main = "10.73.0.0/20" }

    sources = { tags = [{ name = "marked", tags = { Mirror = "true" } }] }

    # A function follows subnets and zones that are added later.
    endpoint_management = "automatic"
  }
}

stack "client_account" {
  source = find_in_parent_folders("catalog/stacks/client-account")
  path   = "mirroring"

  values = {
    cidr_blocks = { main = "10.65.0.0/20", data = "10.66.0.0/20" }

    # Any input of modules/mirror-client. First `observe`, then a share of the fleet by guardrails.rollout_percent, then all.
    mode    = "enforce"
    sources = { tags = [{ name = "marked", tags = { Mirror = "true" } }] }
  }
}

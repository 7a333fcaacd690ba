stack "client_account" {
  source = find_in_parent_folders("catalog/stacks/client-account")
  path   = "mirroring"

  values = {
    cidr_blocks = { main = "10.67.0.0/20" }

    sources    = { tags = [{ name = "marked", tags = { Mirror = "true" } }] }
    guardrails = { rollout_percent = 10 }
  }
}
